import { readUint32 } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { sendFrame } from '../link/ethernet.ts';
import type { ReferenceNode } from '../node.ts';

/** Sends a packet to the next hop that the IPv4 table names for its destination. */
export const sendIpv4 = (node: ReferenceNode, packet: Uint8Array, failed: () => void): boolean => {
  const route = node.behaviour.ipv4.route(node.config, readUint32(packet, IPV4.DESTINATION));
  if (!route) return false;
  node.behaviour.ipv4.resolve(
    node,
    node.behaviour.ipv4.nextHop(route, packet),
    (mac) => {
      sendFrame(node, route.port, mac, ETHER_TYPE.IPV4, packet);
    },
    failed,
  );
  return true;
};
