/** Router Advertisements on the pod link, for hosts that ask (RFC 4861 section 6.2, RFC 6343 section 3). */
import { concat, writeUint16, writeUint32 } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6, IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import { NDP_HOP_LIMIT } from '../../packet/ndp.ts';
import { DEFAULT_HOP_LIMIT, buildIcmpv6 } from '../ipv6/packet.ts';
import type { ReferenceNode } from '../node.ts';
import { multicastMac, sendFrame } from './ethernet.ts';
import { initialMtuBytes } from '../tunnel/mtu.ts';

export interface AdvertisementBehaviour {
  /** What hosts take for the MTU of the link; undefined for no word about it. */
  linkMtuBytes(node: ReferenceNode): number | undefined;
  send(node: ReferenceNode, advertisement: Uint8Array): void;
}

const ALL_NODES = Uint8Array.of(0xff, 2, ...Array<number>(13).fill(0), 1);

export const advertisement: AdvertisementBehaviour = {
  // A host that knows the MTU of the tunnel announces an MSS that fits, so that TCP needs no path MTU discovery.
  linkMtuBytes: ({ behaviour, config }) => {
    const tunnelBytes = Math.max(IPV6_MINIMUM_MTU, initialMtuBytes(behaviour, config));
    return Math.min(tunnelBytes, config.ports.get('P')?.mtuBytes ?? tunnelBytes);
  },
  send: (node, packet) => {
    sendFrame(node, 'P', multicastMac(ALL_NODES), ETHER_TYPE.IPV6, packet);
  },
};

const ROUTER_LIFETIME_SECONDS = 1800;
const PREFIX_LIFETIME_SECONDS = 86_400;

/** A Router Solicitation whose checksum has been verified (RFC 4861 section 6.1.1). */
export const receiveRouterSolicitation = (node: ReferenceNode, packet: Uint8Array): void => {
  if (packet[IPV6.HOP_LIMIT] !== NDP_HOP_LIMIT || packet[IPV6.HEADER_LENGTH + 1] !== 0) return;
  const { advertisement: behaviour } = node.behaviour;
  const fixed = Uint8Array.of(
    ICMPV6_TYPE.ROUTER_ADVERTISEMENT,
    0,
    0,
    0,
    DEFAULT_HOP_LIMIT,
    0,
    0,
    0,
    ...Array<number>(8).fill(0),
  );
  writeUint16(fixed, 6, ROUTER_LIFETIME_SECONDS);
  const payload = concat(fixed, linkLayerOption(node), mtuOption(behaviour.linkMtuBytes(node)), prefixOption(node));
  const source = node.config.gateway;
  behaviour.send(node, buildIcmpv6({ source, destination: ALL_NODES, hopLimit: NDP_HOP_LIMIT, payload }));
};

const linkLayerOption = (node: ReferenceNode): Uint8Array =>
  concat(Uint8Array.of(1, 1), node.config.ports.get('P')?.mac ?? new Uint8Array(6));

const mtuOption = (mtuBytes: number | undefined): Uint8Array => {
  if (mtuBytes === undefined) return new Uint8Array(0);
  const option = Uint8Array.of(5, 1, 0, 0, 0, 0, 0, 0);
  writeUint32(option, 4, mtuBytes);
  return option;
};

/** The /64 of the pods. Neither on link nor for autoconfiguration: pods get their addresses, and a route each, from elsewhere. */
const prefixOption = ({ config }: ReferenceNode): Uint8Array => {
  const option = new Uint8Array(32);
  option.set([3, 4, 64, 0]);
  writeUint32(option, 4, PREFIX_LIFETIME_SECONDS);
  writeUint32(option, 8, PREFIX_LIFETIME_SECONDS);
  option.set((config.pods[0] ?? config.nodePrefix.bytes).subarray(0, 8), 16);
  return option;
};
