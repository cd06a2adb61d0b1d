/** UDP between outer and inner header: FOU and GUE (RFC 768, RFC 8085, RFC 8086, draft-ietf-intarea-gue-09). */
import './udp/checks.ts';
import './udp/checksum-sent.ts';
import './udp/checksum-received.ts';
import './udp/framing.ts';
import './udp/gue-received.ts';
import './udp/gue-sent.ts';
import './udp/lengths.ts';
import './udp/other-payloads.ts';
import './udp/outer-ipv6.ts';
import './udp/other-framings.ts';
import './udp/source-port.ts';
import './udp/teredo.ts';

export { udpArea as udp } from './udp/area.ts';
