import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { sendFrame } from '../link/ethernet.ts';
import type { ReferenceNode } from '../node.ts';
import { neighbourKey } from './neighbours.ts';
import type { UnderlayHop } from './underlay.ts';

/** Sends an outer IPv6 packet to a neighbour on an underlay port; `failed` is called when that does not answer. */
export const sendOnUnderlay = (
  node: ReferenceNode,
  { port, nextHop }: UnderlayHop,
  packet: Uint8Array,
  failed: () => void,
): void => {
  node.underlayNeighbours.resolve(
    neighbourKey(port, nextHop),
    (mac) => {
      sendFrame(node, port, mac, ETHER_TYPE.IPV6, packet);
    },
    failed,
  );
};
