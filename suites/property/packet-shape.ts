import fc from 'fast-check';
import type { Ipv6Address } from '../../harness/address/index.ts';
import type { LabNode } from '../../harness/lab/index.ts';
import { concat, IPV6, type Layer } from '../../harness/packet/index.ts';
import { seededRandom } from '../../harness/random.ts';
import type { PodStimulusFields, TestContext } from '../../harness/tester/context.ts';
import { chainLayers, chains, chainTitle, type HeaderChain } from './header-chain.ts';

/** Everything that makes one random packet, as plain values, so that a counterexample can be shrunk and shown. */
export interface PacketShape {
  readonly chain: HeaderChain;
  readonly trafficClass: number;
  /** Used where the payload has room for a tag; else the flow label is what marks the packet. */
  readonly flowLabel: number;
  readonly hopLimit: number;
  /** Of the inner packet; one with longer headers is as long as these. */
  readonly lengthBytes: number;
  /** Of the random payload. */
  readonly payloadSeed: number;
  /** Which pod of the DUT. */
  readonly pod: number;
  /** Interface identifier of the other end. */
  readonly identifier: number;
}

const PODS = 4;
const FIRST_IDENTIFIER = 0x100;

/** Well-formed inner packets of at most this length that a router forwards. */
export const packetShapes = (maximumBytes: number): fc.Arbitrary<PacketShape> =>
  fc.record({
    chain: chains,
    trafficClass: fc.nat(0xff),
    flowLabel: fc.nat(0xfffff),
    hopLimit: fc.integer({ min: 2, max: 255 }),
    lengthBytes: fc.oneof(
      { withCrossShrink: true },
      { weight: 8, arbitrary: fc.integer({ min: IPV6.HEADER_LENGTH, max: maximumBytes }) },
      { weight: 1, arbitrary: fc.integer({ min: maximumBytes - 8, max: maximumBytes }) },
    ),
    payloadSeed: fc.nat(0xffff),
    pod: fc.nat(PODS - 1),
    identifier: fc.integer({ min: FIRST_IDENTIFIER, max: 0x7fffffff }),
  });

/** An address of a node that the tester plays: any that its prefix has room for. */
export const remoteAddress = (node: LabNode, { identifier }: PacketShape): Ipv6Address =>
  node.nodePrefix.length > 64 ? node.pod() : node.nodePrefix.at(identifier);

/** The fields of a stimulus with this shape, and the mark that they carry. */
export const fieldsOf = (
  t: TestContext,
  shape: PacketShape,
): { readonly mark: number; readonly fields: PodStimulusFields } => {
  const mark = t.mark();
  const layers = chainLayers(shape.chain);
  const payload = payloadOf(t, shape, mark, layers);
  const hasTag = payload.length >= t.tag(mark).length;
  return {
    mark,
    fields: {
      layers,
      payload,
      trafficClass: shape.trafficClass,
      flowLabel: hasTag ? shape.flowLabel : mark & 0xfffff,
      hopLimit: shape.hopLimit,
    },
  };
};

/** The tag, where there is room for it, and random bytes. */
const payloadOf = (
  t: TestContext,
  { lengthBytes, payloadSeed }: PacketShape,
  mark: number,
  layers: readonly Layer[],
): Uint8Array => {
  const headerBytes = t.inner({ mark, layers, payload: new Uint8Array(0) }).length;
  const payloadBytes = Math.max(0, lengthBytes - headerBytes);
  const tag = t.tag(mark);
  const random = seededRandom(payloadSeed);
  return payloadBytes < tag.length ? random.bytes(payloadBytes) : concat(tag, random.bytes(payloadBytes - tag.length));
};

/** The shape in words, for titles: what distinguishes it from an ordinary packet. */
export const shapeTitle = ({ chain, trafficClass, flowLabel, hopLimit, lengthBytes }: PacketShape): string =>
  [
    chainTitle(chain),
    `at least ${String(lengthBytes)} bytes`,
    `Traffic Class ${String(trafficClass)}`,
    `flow label ${String(flowLabel)}`,
    `Hop Limit ${String(hopLimit)}`,
  ].join(', ');
