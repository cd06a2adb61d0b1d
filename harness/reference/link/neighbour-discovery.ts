/** Neighbor Discovery on the pod link, and answers to it through a configured tunnel (RFC 4861, RFC 4213 section 3.8). */
import { concat, readUint32 } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { NDP_HOP_LIMIT, NEIGHBOR_FLAG } from '../../packet/ndp.ts';
import { buildIcmpv6 } from '../ipv6/packet.ts';
import { addressKey, sameAddress } from '../ipv6/prefix.ts';
import { isMulticast, isUnspecified } from '../ipv6/special.ts';
import type { Link, ReferenceNode } from '../node.ts';
import { multicastMac, sendFrame } from './ethernet.ts';
import { peerLinkLocalOf } from './peer-reachability.ts';

const SOURCE_OPTION = 1;
const TARGET_OPTION = 2;
const MESSAGE = IPV6.HEADER_LENGTH;
const TARGET = MESSAGE + 8;
const OPTIONS = MESSAGE + 24;
const ALL_NODES = Uint8Array.of(0xff, 2, ...Array<number>(13).fill(0), 1);

export interface NeighbourBehaviour {
  /** RFC 4861 sections 7.1.1 and 7.1.2: only a neighbour can send with this hop limit. */
  validHopLimit(hopLimit: number): boolean;
  /** What a message must be besides: RFC 4861 sections 7.1.1 and 7.1.2. */
  validMessage(packet: Uint8Array, link: Link): boolean;
  /** Whether Neighbor Solicitations are answered on a link: always among pods, through the tunnel only if it has two ends. */
  answersOn(node: ReferenceNode, link: Link): boolean;
  advertisementHopLimit: number;
  /** Flags of the answer to a solicitation, duplicate address detection aside. */
  advertisementFlags: number;
  /** RFC 4213 section 3.8: a tunnel has no link-layer addresses, so no option names one. */
  advertisementOptions(node: ReferenceNode, link: Link): Uint8Array;
  /** Whether the other end of a configured tunnel is probed (RFC 4213 section 3.8). */
  probesPeer: boolean;
  /** What a message through the tunnel changes; the clean node lets it change nothing. */
  heardThroughTunnel(node: ReferenceNode, packet: Uint8Array): void;
}

export const neighbour: NeighbourBehaviour = {
  validHopLimit: (hopLimit) => hopLimit === NDP_HOP_LIMIT,
  validMessage: (packet) =>
    packet.length >= OPTIONS && packet[MESSAGE + 1] === 0 && !isMulticast(packet, TARGET) && optionsAreValid(packet),
  answersOn: (node, link) => link === 'pods' || node.config.tunnelLinkLocal !== undefined,
  advertisementHopLimit: NDP_HOP_LIMIT,
  advertisementFlags: (NEIGHBOR_FLAG.ROUTER | NEIGHBOR_FLAG.OVERRIDE | NEIGHBOR_FLAG.SOLICITED) >>> 0,
  advertisementOptions: (node, link) => (link === 'pods' ? linkLayerOption(node, TARGET_OPTION) : new Uint8Array(0)),
  probesPeer: true,
  heardThroughTunnel: () => undefined,
};

const linkLayerOption = (node: ReferenceNode, type: number): Uint8Array =>
  concat(Uint8Array.of(type, 1), node.config.ports.get('P')?.mac ?? new Uint8Array(6));

/** ff02::1:ff and the last three bytes of the address (RFC 4291 section 2.7.1). */
export const solicitedNode = (address: Uint8Array, at = 0): Uint8Array =>
  Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, ...address.subarray(at + 13, at + 16));

export const solicitNeighbour = (node: ReferenceNode, target: Uint8Array): void => {
  const destination = solicitedNode(target);
  const payload = concat(
    Uint8Array.of(ICMPV6_TYPE.NEIGHBOR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0),
    target,
    linkLayerOption(node, SOURCE_OPTION),
  );
  const packet = buildIcmpv6({ source: node.config.gateway, destination, hopLimit: NDP_HOP_LIMIT, payload });
  sendFrame(node, 'P', multicastMac(destination), ETHER_TYPE.IPV6, packet);
};

/** Addresses of the node on a link. */
const answersFor = (node: ReferenceNode, link: Link, at: Uint8Array, offset: number): boolean => {
  const { gateway, overlayAddress, nativeAddress, tunnelLinkLocal } = node.config;
  const own = link === 'pods' ? [gateway, overlayAddress, nativeAddress] : [overlayAddress, tunnelLinkLocal];
  return own.some((address) => address !== undefined && sameAddress(address, 0, at, offset));
};

/** The value of an option, or undefined; an option of length zero makes the message invalid and ends the search. */
const findOption = (packet: Uint8Array, type: number): Uint8Array | undefined => {
  for (let at = OPTIONS; at + 8 <= packet.length;) {
    const lengthBytes = (packet[at + 1] ?? 0) * 8;
    if (lengthBytes === 0) return undefined;
    if (packet[at] === type) return packet.subarray(at + 2, at + 8);
    at += lengthBytes;
  }
  return undefined;
};

const optionsAreValid = (packet: Uint8Array): boolean => {
  for (let at = OPTIONS; at < packet.length; at += (packet[at + 1] ?? 0) * 8) {
    if ((packet[at + 1] ?? 0) === 0) return false;
  }
  return true;
};

/** A Neighbor Solicitation or Advertisement for the node; the checksum has been verified. */
export const receiveNeighbourMessage = (node: ReferenceNode, packet: Uint8Array, link: Link): void => {
  const { behaviour } = node;
  if (!behaviour.neighbour.validHopLimit(packet[IPV6.HOP_LIMIT] ?? 0)) return;
  if (!behaviour.neighbour.validMessage(packet, link)) return;
  if (link === 'tunnel') behaviour.neighbour.heardThroughTunnel(node, packet);
  if (packet[MESSAGE] === ICMPV6_TYPE.NEIGHBOR_SOLICITATION) answerSolicitation(node, packet, link);
  else if (link === 'pods') takeAdvertisement(node, packet);
  else if (confirmsPeer(node, packet)) node.peer.confirm();
};

const answerSolicitation = (node: ReferenceNode, packet: Uint8Array, link: Link): void => {
  const probing = isUnspecified(packet, IPV6.SOURCE);
  const option = findOption(packet, SOURCE_OPTION);
  // RFC 4861 section 7.1.1: a source of :: is duplicate address detection, multicast and without the option.
  if (probing && (option || !isMulticast(packet, IPV6.DESTINATION))) return;
  if (!node.behaviour.neighbour.answersOn(node, link) || !answersFor(node, link, packet, TARGET)) return;
  const source = packet.slice(IPV6.SOURCE, IPV6.SOURCE + 16);
  if (link === 'pods' && !probing && option) node.neighbours.learn(addressKey(source), option, true);
  const { advertisementFlags } = node.behaviour.neighbour;
  const flags = probing ? (advertisementFlags & ~NEIGHBOR_FLAG.SOLICITED) >>> 0 : advertisementFlags;
  const target = packet.slice(TARGET, TARGET + 16);
  const payload = concat(
    Uint8Array.of(ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT, 0, 0, 0, flags >>> 24, 0, 0, 0),
    target,
    node.behaviour.neighbour.advertisementOptions(node, link),
  );
  const destination = probing ? ALL_NODES : source;
  const hopLimit = node.behaviour.neighbour.advertisementHopLimit;
  const advertisement = buildIcmpv6({ source: target, destination, hopLimit, payload });
  if (probing && link === 'pods') sendFrame(node, 'P', multicastMac(ALL_NODES), ETHER_TYPE.IPV6, advertisement);
  else node.paths.originate(advertisement, link, true);
};

/** RFC 4861 section 7.3.1: only a solicited advertisement shows that packets arrive there. */
const confirmsPeer = (node: ReferenceNode, packet: Uint8Array): boolean => {
  const peer = peerLinkLocalOf(node.config);
  const solicited = (readUint32(packet, MESSAGE + 4) & NEIGHBOR_FLAG.SOLICITED) !== 0;
  return solicited && peer !== undefined && sameAddress(peer, 0, packet, TARGET);
};

/** RFC 4861 section 7.2.5: an advertisement creates no entry, and without Override it does not replace another address. */
const takeAdvertisement = (node: ReferenceNode, packet: Uint8Array): void => {
  const option = findOption(packet, TARGET_OPTION);
  if (!option) return;
  const key = addressKey(packet, TARGET);
  const known = node.neighbours.get(key);
  const override = (readUint32(packet, MESSAGE + 4) & NEIGHBOR_FLAG.OVERRIDE) !== 0;
  if (known && !override && known.some((byte, index) => byte !== option[index])) return;
  node.neighbours.learn(key, option, false);
};
