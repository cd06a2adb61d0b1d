/** Tunnel MTU, path MTU discovery and Packet Too Big (RFC 4213 sections 3.2, 3.4 and 3.6, RFC 1191, RFC 8201). */
import './mtu/ageing.ts';
import './mtu/anycast-relay.ts';
import './mtu/configuration.ts';
import './mtu/dont-fragment.ts';
import './mtu/foreign-quotes.ts';
import './mtu/jumbo.ts';
import './mtu/narrow-path.ts';
import './mtu/packet-too-big.ts';
import './mtu/path-mtu.ts';
import './mtu/probing.ts';
import './mtu/static-mtu.ts';
import './mtu/transit.ts';

export { mtu } from './mtu/area.ts';
