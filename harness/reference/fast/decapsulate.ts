/** From the tunnel to the pods, for packets of which nothing is to be said. */
import { writeUint16 } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { PortName } from '../../wire/wire.ts';
import { embeddingOf } from '../config.ts';
import type { ReferenceNode } from '../node.ts';
import { Embedding } from './embedding.ts';
import { NeighbourCache } from './neighbour-cache.ts';
import { hopTo, isOrdinaryFirstByte, macWords, type FastPlan } from './plan.ts';
import { LARGEST_FRAME_BYTES, OUTER_BYTES, type Scratch, writeAddresses } from './scratch.ts';
import { wordAt } from './words.ts';

const OUTER = 14;
const INNER = OUTER + OUTER_BYTES;
const SOURCE = INNER + 8;
const DESTINATION = INNER + 24;
/** Ethernet and inner header. */
const SHORTEST_BYTES = INNER + 40;

const halfAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** Forwards a frame of an underlay port and returns true, or returns false and has done nothing. */
export const fastDecapsulation = (
  node: ReferenceNode,
  plan: FastPlan,
  scratch: Scratch,
  port: PortName,
): ((frame: Uint8Array) => boolean) => {
  const { config } = node;
  const { mapping, switches } = config;
  const [macHigh, macLow] = macWords(config.ports.get(port)?.mac ?? new Uint8Array(6));
  const podMac = config.ports.get('P')?.mac ?? new Uint8Array(6);
  const neighbours = new NeighbourCache(node.neighbours, node.clock, (index) => {
    const way = plan.ways[index];
    return way?.kind === 'pods' ? way.neighbour : '';
  });
  const embedding = new Embedding(config);
  const isEmbedding = embeddingOf(config) !== undefined;
  const isRelay = switches.hairpin === 'relay' || embeddingOf(config)?.isBorderRelay === true;
  const tunnelAddress = config.tunnelAddress | 0;
  const remote = mapping.kind === '6in4' ? mapping.remote | 0 : undefined;
  const relay = config.relay === undefined ? undefined : config.relay | 0;
  const checksPair = switches.sourcePair !== 'legacy-3056';
  const isStrict = switches.strictRpf === 'on';
  const refusesForeign = mapping.kind === '6rd' && switches.foreignPrefixCheck === 'on';
  const refusesOwnPrefix = switches.ingressFilter === 'on';
  const out = scratch.bytes;

  /** Of what an embedding mapping asks for; an address outside the domain embeds nothing. */
  const isPaired = (frame: Uint8Array, outerSource: number, outerDestination: number): boolean => {
    const s0 = wordAt(frame, SOURCE);
    const s1 = wordAt(frame, SOURCE + 4);
    const s2 = wordAt(frame, SOURCE + 8);
    if (embedding.has(s0, s1, s2, wordAt(frame, SOURCE + 12))) {
      const source = embedding.address(s0, s1, s2);
      if (checksPair && source !== outerSource) return false;
      if (plan.refusedPeers.has(source)) return false;
    } else if (switches.nativeInnerSrc !== 'accept') {
      if (switches.nativeInnerSrc === 'deny' || outerSource !== relay) return false;
    }
    const d0 = wordAt(frame, DESTINATION);
    const d1 = wordAt(frame, DESTINATION + 4);
    const d2 = wordAt(frame, DESTINATION + 8);
    // Without an embedded destination it takes a relay, and a source that embeds one.
    if (!embedding.has(d0, d1, d2, wordAt(frame, DESTINATION + 12)))
      return isRelay && embedding.has(s0, s1, s2, wordAt(frame, SOURCE + 12));
    const destination = embedding.address(d0, d1, d2);
    return destination === outerDestination && !plan.refusedEmbedded.has(destination);
  };

  return (frame) => {
    if (frame.length < SHORTEST_BYTES || frame.length > LARGEST_FRAME_BYTES) return false;
    if (wordAt(frame, 0) !== macHigh || wordAt(frame, 2) !== macLow) return false;
    const w0 = wordAt(frame, 12);
    // EtherType, version and a header without options.
    if (w0 >>> 8 !== 0x080045) return false;
    const totalLength = halfAt(frame, 16);
    const flagsAndOffset = halfAt(frame, 20);
    if (totalLength < OUTER_BYTES + 40 || OUTER + totalLength > frame.length) return false;
    if ((flagsAndOffset & 0x3fff) !== 0 || frame[23] !== PROTOCOL.IPV6) return false;
    const outerSource = wordAt(frame, 26);
    const outerDestination = wordAt(frame, 30);
    const sum =
      (w0 & 0xffff) +
      totalLength +
      halfAt(frame, 18) +
      flagsAndOffset +
      halfAt(frame, 22) +
      halfAt(frame, 24) +
      (outerSource >>> 16) +
      (outerSource & 0xffff) +
      (outerDestination >>> 16) +
      (outerDestination & 0xffff);
    const folded = (sum & 0xffff) + (sum >>> 16);
    if ((folded & 0xffff) + (folded >>> 16) !== 0xffff) return false;
    if (plan.refusedPeers.has(outerSource) || !plan.ownAddresses.has(outerDestination)) return false;
    if (remote !== undefined && (outerSource !== remote || outerDestination !== tunnelAddress)) return false;
    if (isStrict && hopTo(plan, outerSource)?.port !== port) return false;

    const v0 = wordAt(frame, INNER);
    const lengthBytes = 40 + halfAt(frame, INNER + 4);
    const hopLimit = frame[INNER + 7] ?? 0;
    if (v0 >>> 28 !== 6 || lengthBytes > totalLength - OUTER_BYTES || lengthBytes > plan.podMtuBytes) return false;
    if (frame[INNER + 6] === 0 || hopLimit <= 1) return false;
    if (!isOrdinaryFirstByte(frame[SOURCE] ?? 0) || !isOrdinaryFirstByte(frame[DESTINATION] ?? 0)) return false;
    const d0 = wordAt(frame, DESTINATION);
    const index = plan.destinations.find(
      d0,
      wordAt(frame, DESTINATION + 4),
      wordAt(frame, DESTINATION + 8),
      wordAt(frame, DESTINATION + 12),
    );
    if (plan.ways[index]?.kind !== 'pods') return false;
    if (isEmbedding && !isPaired(frame, outerSource, outerDestination)) return false;
    if (refusesForeign && d0 >>> 16 === 0x2002) return false;
    if (refusesOwnPrefix && isFromOwnPrefix(frame)) return false;
    const trafficClass = plan.innerTrafficClass[(((v0 >>> 20) & 0xff) << 2) | (w0 & 3)] ?? -1;
    if (trafficClass < 0) return false;
    const mac = neighbours.find(index);
    if (mac === undefined) return false;

    out.set(frame);
    writeAddresses(out, OUTER_BYTES, mac, podMac);
    writeUint16(out, OUTER_BYTES + 12, ETHER_TYPE.IPV6);
    writeUint16(out, INNER, 0x6000 | (trafficClass << 4) | ((v0 >>> 16) & 0xf));
    out[INNER + 7] = hopLimit - 1;
    node.transmit('P', scratch.frame(OUTER_BYTES, OUTER + lengthBytes));
    return true;
  };

  function isFromOwnPrefix(frame: Uint8Array): boolean {
    const index = plan.nodePrefix.find(
      wordAt(frame, SOURCE),
      wordAt(frame, SOURCE + 4),
      wordAt(frame, SOURCE + 8),
      wordAt(frame, SOURCE + 12),
    );
    return index >= 0;
  }
};
