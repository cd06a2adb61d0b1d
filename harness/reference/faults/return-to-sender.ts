import { IPV6 } from '../../packet/ipv6.ts';
import { writeUint32 } from '../../packet/bytes.ts';
import { buildIpv4 } from '../ipv4/header.ts';
import type { ReferenceNode } from '../node.ts';
import { framed, framingProtocol } from '../tunnel/framing.ts';

/** Encapsulates a packet to any endpoint, past all checks, its hop limit lowered as on every pass. */
export const returnToSender = (node: ReferenceNode, packet: Uint8Array, destination: number): void => {
  const { config } = node;
  const inner = packet.slice();
  inner[IPV6.HOP_LIMIT] = Math.max((inner[IPV6.HOP_LIMIT] ?? 0) - 1, 0);
  const source = config.tunnelAddress;
  const addresses = new Uint8Array(8);
  writeUint32(addresses, 0, source);
  writeUint32(addresses, 4, destination);
  const payload = framed(node, inner, addresses.subarray(0, 4), addresses.subarray(4));
  const protocol = framingProtocol(config);
  const identification = node.identifications.next(source, destination, protocol);
  node.paths.sendIpv4(buildIpv4({ source, destination, protocol, identification, payload }), () => undefined);
};
