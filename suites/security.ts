/** What attackers must not get out of the node (RFC 4213 section 5, RFC 3964 section 5, RFC 3056 section 9). */
import './security/6to4-off.ts';
import './security/drops-silent.ts';
import './security/encapsulation.ts';
import './security/malformed-survival.ts';
import './security/special-sources.ts';
import './security/spoof-counter.ts';
import './security/two-tunnels.ts';

export { security } from './security/area.ts';
