/** Fragmentation at the source (RFC 8200 section 4.5), the only place where IPv6 has it. */
import { writeUint16, writeUint32 } from '../../packet/bytes.ts';
import { IPV6, IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { ReferenceNode } from '../node.ts';
import { decideByPath } from '../tunnel/mtu.ts';
import { trafficClassOf, buildIpv6 } from './packet.ts';

/** The packet itself if the tunnel takes it, otherwise pieces of at most 1280 bytes, which every link takes. */
export const fragmentOwn = (node: ReferenceNode, packet: Uint8Array, toRelay: boolean): Uint8Array[] => {
  if (packet.length <= IPV6_MINIMUM_MTU || fits(node, packet, toRelay)) return [packet];
  const identification = node.identifications.next(node.config.tunnelAddress, 0, PROTOCOL.FRAGMENT);
  const body = packet.subarray(IPV6.HEADER_LENGTH);
  const room = (IPV6_MINIMUM_MTU - IPV6.HEADER_LENGTH - 8) & ~7;
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < body.length; offset += room) {
    const part = body.subarray(offset, offset + room);
    const payload = new Uint8Array(8 + part.length);
    payload[0] = packet[IPV6.NEXT_HEADER] ?? 0;
    writeUint16(payload, 2, offset | (offset + part.length < body.length ? 1 : 0));
    writeUint32(payload, 4, identification);
    payload.set(part, 8);
    pieces.push(
      buildIpv6({
        source: packet.subarray(IPV6.SOURCE, IPV6.SOURCE + 16),
        destination: packet.subarray(IPV6.DESTINATION, IPV6.DESTINATION + 16),
        nextHeader: PROTOCOL.FRAGMENT,
        hopLimit: packet[IPV6.HOP_LIMIT] ?? 0,
        trafficClass: trafficClassOf(packet),
        payload,
      }),
    );
  }
  return pieces;
};

const fits = (node: ReferenceNode, packet: Uint8Array, toRelay: boolean): boolean => {
  const { behaviour, config } = node;
  const destination = behaviour.mapping.outerDestination(behaviour.mapping, config, packet, toRelay);
  const route = destination === undefined ? undefined : behaviour.ipv4.route(config, destination);
  if (destination === undefined || !route) return true;
  const portMtuBytes = config.ports.get(route.port)?.mtuBytes ?? 0;
  const own = { inner: packet, original: packet, arrival: { via: 'self' } } as const;
  return decideByPath(node, own, destination, portMtuBytes).kind === 'send';
};
