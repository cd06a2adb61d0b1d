import './ipv6/flow.ts';
import './ipv6/forwarding.ts';
import './ipv6/hop-by-hop.ts';

export { ipv6 } from './ipv6/area.ts';
