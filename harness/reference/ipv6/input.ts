import type { Arrival, ReferenceNode } from '../node.ts';
import { forward } from './forwarding.ts';
import { receiveLocal } from './local.ts';

/** An IPv6 packet that has come in on either side, its length checked. */
export const receiveIpv6 = (node: ReferenceNode, packet: Uint8Array, arrival: Arrival): void => {
  const { forwarding, local } = node.behaviour;
  if (forwarding.isLocal(node, packet, arrival) && local.consumes(packet, arrival)) receiveLocal(node, packet, arrival);
  else forward(node, packet, arrival);
};

/** The payload of an Ethernet frame on the pod link. */
export const receiveFromPods = (node: ReferenceNode, payload: Uint8Array): void => {
  const packet = node.behaviour.forwarding.packetOf(payload);
  if (packet) receiveIpv6(node, packet, { via: 'pods' });
};
