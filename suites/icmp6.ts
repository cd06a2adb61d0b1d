/** ICMPv6 that the node originates, and ICMPv6 that it carries (RFC 4443, RFC 4213 section 3.4). */
import './icmp6/errors.ts';
import './icmp6/passing.ts';
import './icmp6/rate-limit.ts';
import './icmp6/restraint.ts';

export { icmp6 } from './icmp6/area.ts';
