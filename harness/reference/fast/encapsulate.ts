/** From the pods into the tunnel, for packets of which nothing is to be said. */
import { writeUint16, writeUint32 } from '../../packet/bytes.ts';
import { IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { ReferenceNode } from '../node.ts';
import { forbidsFragments } from '../tunnel/border-relay.ts';
import { confinesSources } from '../tunnel/egress-checks.ts';
import { Embedding } from './embedding.ts';
import { NeighbourCache } from './neighbour-cache.ts';
import { hopTo, isOrdinaryFirstByte, macWords, type FastPlan } from './plan.ts';
import { LARGEST_FRAME_BYTES, OUTER_BYTES, type Scratch, writeAddresses } from './scratch.ts';
import { wordAt } from './words.ts';

const IP = 14;
const SOURCE = IP + 8;
const DESTINATION = IP + 24;
/** The inner packet in the scratch. */
const INNER = IP + OUTER_BYTES;

/** Forwards a frame of the pod link and returns true, or returns false and has done nothing. */
export const fastEncapsulation = (
  node: ReferenceNode,
  plan: FastPlan,
  scratch: Scratch,
): ((frame: Uint8Array) => boolean) => {
  const { config, identifications, pathMtus, peer } = node;
  const { mapping, switches, outerTtl } = config;
  const [macHigh, macLow] = macWords(config.ports.get('P')?.mac ?? new Uint8Array(6));
  const arp = new NeighbourCache(node.arp, node.clock, (name) => name >>> 0);
  const embedding = new Embedding(config);
  const tunnelAddress = config.tunnelAddress | 0;
  const checksNodePrefix = confinesSources(config);
  const refusesForeign = mapping.kind === '6rd' && switches.foreignPrefixCheck === 'on';
  const isStatic = switches.mtuMode === 'static';
  const isSmallest = switches.mtuDefault === '1280';
  const staticMtuBytes = config.staticMtuBytes;
  const flags = !isStatic || forbidsFragments(config) ? 0x4000 : 0;
  const inheritsTtl = switches.ttl === 'inherit';
  const remote = mapping.kind === '6in4' ? mapping.remote | 0 : undefined;
  const relay = config.relay === undefined ? undefined : config.relay | 0;
  const out = scratch.bytes;

  return (frame) => {
    if (frame.length < IP + 40 || frame.length > LARGEST_FRAME_BYTES) return false;
    if (wordAt(frame, 0) !== macHigh || wordAt(frame, 2) !== macLow) return false;
    const first = wordAt(frame, 12);
    // EtherType and version; then Next Header, which must not be hop-by-hop options, and a hop limit that may be lowered.
    if (first >>> 12 !== 0x86dd6) return false;
    const lengthBytes = 40 + (((frame[IP + 4] ?? 0) << 8) | (frame[IP + 5] ?? 0));
    const hopLimit = frame[IP + 7] ?? 0;
    if (IP + lengthBytes > frame.length || frame[IP + 6] === 0 || hopLimit <= 1) return false;
    if (!isOrdinaryFirstByte(frame[SOURCE] ?? 0) || !isOrdinaryFirstByte(frame[DESTINATION] ?? 0)) return false;

    const d0 = wordAt(frame, DESTINATION);
    const d1 = wordAt(frame, DESTINATION + 4);
    const d2 = wordAt(frame, DESTINATION + 8);
    const d3 = wordAt(frame, DESTINATION + 12);
    const way = plan.ways[plan.destinations.find(d0, d1, d2, d3)];
    if (way === undefined || way.kind !== 'tunnel') return false;
    let destination = remote;
    if (destination === undefined) {
      if (embedding.has(d0, d1, d2, d3)) destination = embedding.address(d0, d1, d2);
      else if (way.toRelay) destination = relay;
    }
    if (destination === undefined || plan.refusedPeers.has(destination)) return false;

    const s0 = wordAt(frame, SOURCE);
    const s1 = wordAt(frame, SOURCE + 4);
    const s2 = wordAt(frame, SOURCE + 8);
    const s3 = wordAt(frame, SOURCE + 12);
    if (checksNodePrefix && plan.nodePrefix.find(s0, s1, s2, s3) < 0) return false;
    if (embedding.has(s0, s1, s2, s3) && embedding.address(s0, s1, s2) !== tunnelAddress) return false;
    if (refusesForeign && s0 >>> 16 === 0x2002) return false;

    const hop = hopTo(plan, destination);
    if (hop === undefined) return false;
    const pathMtuBytes = pathMtus.size === 0 ? hop.mtuBytes : pathMtus.get(destination >>> 0, hop.mtuBytes);
    const totalLength = lengthBytes + OUTER_BYTES;
    if (isStatic) {
      if (lengthBytes > staticMtuBytes || totalLength > hop.mtuBytes) return false;
    } else {
      const limit = isSmallest ? Math.min(pathMtuBytes - OUTER_BYTES, IPV6_MINIMUM_MTU) : pathMtuBytes - OUTER_BYTES;
      if (limit < IPV6_MINIMUM_MTU || lengthBytes > limit) return false;
    }
    const mac = arp.find(hop.gateway ?? destination);
    if (mac === undefined) return false;

    peer.used();
    const identification = identifications.next(tunnelAddress, destination, PROTOCOL.IPV6);
    const tos = plan.outerTos[(first >>> 4) & 0xff] ?? 0;
    const ttl = inheritsTtl ? hopLimit - 1 : outerTtl;
    const sum =
      (0x4500 | tos) +
      totalLength +
      identification +
      flags +
      ((ttl << 8) | PROTOCOL.IPV6) +
      (tunnelAddress >>> 16) +
      (tunnelAddress & 0xffff) +
      (destination >>> 16) +
      (destination & 0xffff);
    const folded = (sum & 0xffff) + (sum >>> 16);
    out.set(frame, OUTER_BYTES);
    out[INNER + 7] = hopLimit - 1;
    writeAddresses(out, 0, mac, hop.ownMac);
    writeUint32(out, 12, 0x08004500 | tos);
    writeUint16(out, 16, totalLength);
    writeUint16(out, 18, identification);
    writeUint16(out, 20, flags);
    out[22] = ttl;
    out[23] = PROTOCOL.IPV6;
    writeUint16(out, 24, ~((folded & 0xffff) + (folded >>> 16)) & 0xffff);
    writeUint32(out, 26, tunnelAddress);
    writeUint32(out, 30, destination);
    node.transmit(hop.port, scratch.frame(0, IP + totalLength));
    return true;
  };
};
