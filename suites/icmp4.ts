/** ICMPv4 from the underlay: errors about tunnel packets and everything else (RFC 4213 section 3.4). */
import './icmp4/ignored.ts';
import './icmp4/logged.ts';
import './icmp4/short-quote.ts';
import './icmp4/translation.ts';
import './icmp4/unrelated.ts';

export { icmp4 } from './icmp4/area.ts';
