import { writeUint16 } from '../../harness/packet/index.ts';
import { isDeclared, type Profile } from '../../harness/profile/index.ts';
import type { Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named } from '../decap/vectors.ts';
import { udpArea } from './area.ts';
import { outerUdp } from './datagrams.ts';

const LENGTHS = [40, 41, 60, 61, 100, 255, 256, 999, 1280];
/** Packets that are sent a second time with a sum of 0. */
const SAMPLES = 8;
const NO_NEXT_HEADER = 59;

const hex = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

const randomPackets = (t: TestContext): Stimulus[] => [
  ...LENGTHS.map((lengthBytes) => named(t.fromPod({ lengthBytes }), `pod packet of ${String(lengthBytes)} bytes`)),
  ...LENGTHS.slice(4).map((lengthBytes) =>
    named(
      t.fromPod({ layers: [], nextHeader: NO_NEXT_HEADER, payload: t.random.bytes(lengthBytes - 40) }),
      `pod packet of ${String(lengthBytes)} bytes with a random payload`,
    ),
  ),
];

/** The checksum of one tunnel packet: right, or absent where the profile sends none. Undefined when there is none to be judged. */
const judgeChecksum = (t: TestContext, seen: Seen, stimulus: Stimulus): number | undefined => {
  const packet = t.expectTunnelled(seen, stimulus);
  if (packet === undefined) return undefined;
  const { frame } = packet;
  const datagram = packet.frames.length === 1 ? outerUdp(frame.bytes) : undefined;
  if (datagram === undefined) {
    t.violation('a whole UDP datagram', `none that is as long as its Length says (${stimulus.title})`, { frame });
    return undefined;
  }
  const { header, rightChecksum } = datagram;
  const isOn = t.profile.switches.udpChecksum === 'on';
  const mayBeSent = isOn || !isDeclared(t.profile, 'udpChecksum');
  const legal = [...(isOn ? [] : [0]), ...(mayBeSent ? [rightChecksum] : [])];
  t.expectEqual(`UDP checksum (${stimulus.title})`, hex(header.checksum), legal.map(hex), { frame });
  return rightChecksum;
};

/** A packet to which a last word can be given that makes its sum whatever is wanted. */
const adjustable = (t: TestContext, number: number): Stimulus => {
  const lengthBytes = 64 + 2 * number;
  const stimulus = t.fromPod({ layers: [], nextHeader: NO_NEXT_HEADER, lengthBytes });
  return named(withLastWord(stimulus, 0), `pod packet of ${String(lengthBytes)} bytes that ends in zeros`);
};

const withLastWord = (stimulus: Stimulus, word: number): Stimulus => {
  const frame = stimulus.frame.slice();
  writeUint16(frame, frame.length - 2, word);
  return { ...stimulus, frame, inner: frame.slice(frame.length - stimulus.inner.length) };
};

/** With its own checksum as the last word, the datagram around a packet sums up to all ones, so that its checksum comes out as 0. */
const judgeZeroSums = async (t: TestContext): Promise<void> => {
  const samples = Array.from({ length: SAMPLES }, (_, number) => adjustable(t, number));
  const seen = await t.exchange(...samples);
  const chosen = samples.flatMap((stimulus) => {
    const checksum = judgeChecksum(t, seen, stimulus);
    return checksum === undefined
      ? []
      : [named(withLastWord(stimulus, checksum), `${stimulus.title}, with a last word that makes the sum 0`)];
  });
  const afterwards = await t.exchange(...chosen);
  const zeros = chosen.map((stimulus) => judgeChecksum(t, afterwards, stimulus)).filter((right) => right === 0xffff);
  // Another source port for the same flow spoils the sum; that is for udp.source-port-per-flow to say.
  if (chosen.length > 0 && zeros.length === 0)
    t.doubt('No datagram had a sum of 0: the UDP header differs from packet to packet');
};

const judgeChecksums = async (t: TestContext): Promise<void> => {
  const stimuli = randomPackets(t);
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) judgeChecksum(t, seen, stimulus);
  await judgeZeroSums(t);
};

// RFC 768, RFC 1122 section 4.1.3.4, RFC 8086 section 6.1: over IPv4 the checksum is 0, which means none, or the right one over
// pseudo-header, UDP header and all that follows. The profile says whether one is sent; one that is sent unasked must be right.
udpArea.case('udp.checksum-generated', judgeChecksums);

const isOnAnyway = ({ switches }: Profile): string | undefined =>
  switches.udpChecksum === 'on' ? 'the case without variant sends checksums' : undefined;

// Where checksums are sent, one that comes out as 0 goes out as 0xffff, since 0 would say that there is none.
udpArea.case(
  'udp.checksum-generated',
  { variant: 'on', setup: { switches: { udpChecksum: 'on' } }, notFor: isOnAnyway },
  judgeChecksums,
);
