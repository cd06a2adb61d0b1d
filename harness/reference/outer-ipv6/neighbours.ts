/** Neighbor Discovery on the underlay ports (RFC 4861), for a tunnel with an outer IPv6 header. */
import { concat } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { NDP_HOP_LIMIT, NEIGHBOR_FLAG } from '../../packet/ndp.ts';
import type { PortName } from '../../wire/wire.ts';
import { buildIcmpv6 } from '../ipv6/packet.ts';
import { addressKey } from '../ipv6/prefix.ts';
import { isUnspecified } from '../ipv6/special.ts';
import { multicastMac, sendFrame } from '../link/ethernet.ts';
import { solicitedNode } from '../link/neighbour-discovery.ts';
import type { ReferenceNode } from '../node.ts';
import type { Ipv6Underlay } from './underlay.ts';
import { isUnderlayAddress } from './underlay.ts';

const MESSAGE = IPV6.HEADER_LENGTH;
const TARGET = MESSAGE + 8;
const OPTIONS = MESSAGE + 24;
const ADDRESS_BYTES = 16;
const SOURCE_OPTION = 1;
const TARGET_OPTION = 2;

/** A neighbour is one on its port. */
export const neighbourKey = (port: PortName, address: Uint8Array): string => addressKey(address) + port;

const linkLayerOption = (node: ReferenceNode, port: PortName, type: number): Uint8Array =>
  concat(Uint8Array.of(type, 1), node.config.ports.get(port)?.mac ?? new Uint8Array(6));

export const solicitOnUnderlay = (node: ReferenceNode, { locals }: Ipv6Underlay, key: string): void => {
  const target = Uint8Array.from(key.slice(0, ADDRESS_BYTES), (character) => character.charCodeAt(0));
  const local = locals.find(({ port }) => port === key.slice(ADDRESS_BYTES));
  if (local === undefined) return;
  const destination = solicitedNode(target);
  const payload = concat(
    Uint8Array.of(ICMPV6_TYPE.NEIGHBOR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0),
    target,
    linkLayerOption(node, local.port, SOURCE_OPTION),
  );
  const packet = buildIcmpv6({ source: local.address, destination, hopLimit: NDP_HOP_LIMIT, payload });
  sendFrame(node, local.port, multicastMac(destination), ETHER_TYPE.IPV6, packet);
};

/** An ICMPv6 message from the underlay whose checksum has been verified. */
export const receiveUnderlayNeighbour = (
  node: ReferenceNode,
  underlay: Ipv6Underlay,
  port: PortName,
  packet: Uint8Array,
): void => {
  if (packet[IPV6.HOP_LIMIT] !== NDP_HOP_LIMIT || packet.length < OPTIONS) return;
  const option = optionOf(packet);
  const target = packet.slice(TARGET, TARGET + ADDRESS_BYTES);
  if (packet[MESSAGE] === ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT) {
    if (option?.type === TARGET_OPTION) node.underlayNeighbours.learn(neighbourKey(port, target), option.mac, false);
    return;
  }
  if (packet[MESSAGE] !== ICMPV6_TYPE.NEIGHBOR_SOLICITATION || !isUnderlayAddress(underlay, target, 0)) return;
  // Duplicate address detection is for a node that shares its link with others; here nobody contests an address.
  if (option?.type !== SOURCE_OPTION || isUnspecified(packet, IPV6.SOURCE)) return;
  const source = packet.slice(IPV6.SOURCE, IPV6.SOURCE + ADDRESS_BYTES);
  node.underlayNeighbours.learn(neighbourKey(port, source), option.mac, true);
  const flags = (NEIGHBOR_FLAG.ROUTER | NEIGHBOR_FLAG.OVERRIDE | NEIGHBOR_FLAG.SOLICITED) >>> 0;
  const payload = concat(
    Uint8Array.of(ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT, 0, 0, 0, flags >>> 24, 0, 0, 0),
    target,
    linkLayerOption(node, port, TARGET_OPTION),
  );
  const advertisement = buildIcmpv6({ source: target, destination: source, hopLimit: NDP_HOP_LIMIT, payload });
  sendFrame(node, port, option.mac, ETHER_TYPE.IPV6, advertisement);
};

/** The first option, which is all that a message of this kind needs. */
const optionOf = (packet: Uint8Array): { readonly type: number; readonly mac: Uint8Array } | undefined =>
  packet.length >= OPTIONS + 8 && packet[OPTIONS + 1] === 1
    ? { type: packet[OPTIONS] ?? 0, mac: packet.slice(OPTIONS + 2, OPTIONS + 8) }
    : undefined;
