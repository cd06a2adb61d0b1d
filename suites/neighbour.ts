/** Neighbor Discovery in the tunnel: answered on configured tunnels, absent from mapped overlays (RFC 4213 section 3.8, RFC 3056, RFC 5969). */
import './neighbour/hop-limit.ts';
import './neighbour/link-local.ts';
import './neighbour/links-separate.ts';
import './neighbour/mapped-overlay.ts';
import './neighbour/options.ts';
import './neighbour/router-advertisements.ts';
import './neighbour/unreachability.ts';

export { neighbour } from './neighbour/area.ts';
