import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { sendFrame } from '../link/ethernet.ts';
import type { Link, ReferenceNode } from '../node.ts';
import { fragmentOwn } from './own-fragments.ts';
import { addressKey } from './prefix.ts';
import { isLinkLocal } from './special.ts';

const ignore = (): void => undefined;

/** Sends a packet on the pod link to the neighbour that `nextHop` names. */
export const deliverToPods = (
  node: ReferenceNode,
  packet: Uint8Array,
  nextHop: Uint8Array,
  failed: () => void,
): void => {
  node.neighbours.resolve(
    addressKey(nextHop),
    (mac) => {
      sendFrame(node, 'P', mac, ETHER_TYPE.IPV6, packet);
    },
    failed,
  );
};

/** A packet of the node's own: its hop limit stays, and nobody is told when it fails. */
export const originate = (node: ReferenceNode, packet: Uint8Array, link: Link, requireLink: boolean): void => {
  const destination = packet.subarray(IPV6.DESTINATION, IPV6.DESTINATION + 16);
  if (isLinkLocal(destination, 0)) {
    if (link === 'pods') deliverToPods(node, packet, destination, ignore);
    else toTunnel(node, packet, false);
    return;
  }
  const route = node.behaviour.forwarding.route(node.behaviour.mapping, node.config, packet);
  if (route.kind === 'none' || route.kind === 'own-prefix') return;
  const throughTunnel = route.kind === 'tunnel' || route.kind === 'relay' || route.kind === 'tunnel-subnet';
  if (requireLink && throughTunnel !== (link === 'tunnel')) return;
  if (throughTunnel) toTunnel(node, packet, route.kind === 'relay');
  else deliverToPods(node, packet, route.kind === 'gateway' ? route.gateway : destination, ignore);
};

const toTunnel = (node: ReferenceNode, packet: Uint8Array, toRelay: boolean): void => {
  for (const piece of fragmentOwn(node, packet, toRelay)) {
    node.paths.encapsulate(piece, piece, { via: 'self' }, toRelay);
  }
};
