import { Ipv6Address } from '../../harness/address/index.ts';
import {
  concat,
  ETHERNET,
  internetChecksum,
  IPV4,
  IPV6,
  ipv4HeaderLengthBytes,
  writeUint16,
} from '../../harness/packet/index.ts';
import type { SeededRandom } from '../../harness/random.ts';
import type { Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { outerOverheadBytes, words } from '../decap/vectors.ts';
import { security } from './area.ts';

const MUTANTS = 5000;
const CANARY_EVERY = 50;
const AT = ETHERNET.HEADER_LENGTH;
/** Bytes that boundary errors like. */
const BOUNDARIES = [0x00, 0x01, 0x7f, 0x80, 0xff] as const;
const FLOW_LABEL = { at: 1, lengthBytes: 3 } as const;

/** The first offsets of a packet but for some ranges. */
const offsetsExcept = (
  lengthBytes: number,
  ...ranges: readonly { readonly at: number; readonly lengthBytes: number }[]
): number[] =>
  Array.from({ length: lengthBytes }, (_, offset) => offset).filter(
    (offset) => !ranges.some((range) => offset >= range.at && offset < range.at + range.lengthBytes),
  );

/**
 * Outer headers, inner header and ports. The flow label stays: by it a packet that has lost its tag still finds its
 * stimulus. So does the fragment word: datagrams that stay incomplete have a timer, and requirements of their own.
 */
const tunnelOffsets = (overheadBytes: number): number[] =>
  offsetsExcept(
    overheadBytes + IPV6.HEADER_LENGTH + 8,
    { at: IPV4.FLAGS_FRAGMENT_OFFSET, lengthBytes: 2 },
    { ...FLOW_LABEL, at: overheadBytes + FLOW_LABEL.at },
  );
/** The destination is not left to chance: one that names a neighbour without an answer gives an error seconds later. */
const POD_OFFSETS = offsetsExcept(IPV6.HEADER_LENGTH + 8, FLOW_LABEL, { at: IPV6.DESTINATION, lengthBytes: 16 });
const BAD_DESTINATIONS = words(':: ::1 ::192.0.2.1 ::ffff:192.0.2.1 fe80::1 fec0::1 ff02::1 ff0e::1 2002:7f00:1::1');

/** One to four of the given bytes changed, sometimes also the end of the frame cut off or bytes added behind it. */
const mutated = (random: SeededRandom, frame: Uint8Array, offsets: readonly number[]): Uint8Array => {
  const copy = frame.slice();
  for (let left = 1 + random.int(4); left > 0; left -= 1) {
    const at = AT + random.pick(offsets);
    const flippedBit = (copy[at] ?? 0) ^ (1 << random.int(8));
    copy[at] = random.pick([flippedBit, random.pick(BOUNDARIES), random.int(256)]);
  }
  if (random.chance(0.1)) return copy.slice(0, AT + random.int(copy.length - AT));
  return random.chance(0.05) ? concat(copy, random.bytes(random.int(64))) : copy;
};

/** Makes the outer header checksum right again, so that the damage gets past it. */
const withChecksum = (frame: Uint8Array): Uint8Array => {
  const headerBytes = ipv4HeaderLengthBytes(frame, AT);
  if (frame.length < AT + Math.max(headerBytes, IPV4.MINIMUM_HEADER_LENGTH)) return frame;
  writeUint16(frame, AT + IPV4.HEADER_CHECKSUM, 0);
  writeUint16(frame, AT + IPV4.HEADER_CHECKSUM, internetChecksum(frame, AT, AT + headerBytes));
  return frame;
};

const mutant = (t: TestContext, outerOffsets: readonly number[]): Stimulus => {
  const { random } = t;
  const lengthBytes = random.pick([60, 100, 600, 1200]);
  if (random.chance(0.5)) {
    const destination = random.chance(0.1) ? { destination: Ipv6Address.parse(random.pick(BAD_DESTINATIONS)) } : {};
    const good = t.fromPod({ lengthBytes, ...destination });
    return { ...good, frame: mutated(random, good.frame, POD_OFFSETS), title: 'mutated pod packet' };
  }
  const good = t.fromTunnel({ lengthBytes });
  const frame = mutated(random, good.frame, outerOffsets);
  return { ...good, frame: random.chance(0.75) ? withChecksum(frame) : frame, title: 'mutated tunnel packet' };
};

const canaries = (t: TestContext, round: number): readonly [fromPod: Stimulus, fromTunnel: Stimulus] => {
  const lengthBytes = 60 + t.random.int(400);
  const title = (way: string): string => `good packet ${way} after ${String(round * CANARY_EVERY)} malformed ones`;
  return [
    { ...t.fromPod({ lengthBytes }), title: title('from a pod') },
    { ...t.fromTunnel({ lengthBytes }), title: title('from the tunnel') },
  ];
};

/** Once and intact; what the malformed packets caused beside it is not judged. */
const judgeCanary = (
  t: TestContext,
  stimulus: Stimulus,
  packets: readonly { readonly bytes: Uint8Array; readonly surplusBytes: number }[],
): void => {
  t.expectEqual(`copies of the ${stimulus.title}:`, packets.length, 1);
  for (const { bytes, surplusBytes } of packets) {
    t.expectBytes(stimulus.title, bytes, stimulus.inner, { ignore: (offset) => offset === IPV6.HOP_LIMIT });
    t.expectEqual(`bytes behind the ${stimulus.title}:`, surplusBytes, 0);
  }
};

const judgeCanaries = (t: TestContext, seen: Seen, [fromPod, fromTunnel]: readonly [Stimulus, Stimulus]): void => {
  const tunnelled = seen.tunnelPackets(fromPod).map(({ inner }) => ({ bytes: inner, surplusBytes: 0 }));
  judgeCanary(t, fromPod, tunnelled);
  const delivered = seen.podPackets(fromTunnel).map(({ frame, packet }) => ({
    bytes: packet,
    surplusBytes: frame.bytes.length - AT - packet.length,
  }));
  judgeCanary(t, fromTunnel, delivered);
};

// RFC 4213 section 5: whoever can send to the node can send it anything. After malformed packets of all sorts, on both ports, every
// good one is still carried, once, with its own bytes and nobody else's.
security.case('security.malformed-survival', async (t) => {
  const outerOffsets = tunnelOffsets(outerOverheadBytes(t.profile));
  for (let round = 1; round <= MUTANTS / CANARY_EVERY; round += 1) {
    const mutants = Array.from({ length: CANARY_EVERY }, () => mutant(t, outerOffsets));
    const good = canaries(t, round);
    judgeCanaries(t, await t.exchange(...mutants, ...good), good);
  }
});
