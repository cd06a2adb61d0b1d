import { PROTOCOL, UDP, udpLength, writeUint16 } from '../../harness/packet/index.ts';
import type { Profile } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { expectForwardedUnchanged } from '../decap/judging.ts';
import { echoLayers, named, unless } from '../decap/vectors.ts';
import { udpArea } from './area.ts';
import {
  checksumOver,
  pseudoHeaderSumOf,
  tunnelPort,
  udpAt,
  udpOverheadBytes,
  withChecksum,
  withFlippedBit,
} from './datagrams.ts';

const EVEN = 140;
const ODD = 141;
const BITS = Array.from({ length: 16 }, (_, bit) => bit);

const good = (t: TestContext, lengthBytes: number): Stimulus =>
  named(
    withChecksum(t.fromTunnel({ lengthBytes })),
    `tunnel packet of ${String(lengthBytes)} inner bytes with the right UDP checksum`,
  );

/** The checksum of a computation that leaves something out or puts something else in; never 0, which would mean none. */
const withWrongSum = (stimulus: Stimulus, sum: (frame: Uint8Array, lengthBytes: number) => number): Stimulus => {
  const wrong = sum(stimulus.frame, udpLength(stimulus.frame, udpAt(stimulus.frame)));
  return withChecksum(stimulus, (right) => (wrong === 0 || wrong === right ? right ^ 1 : wrong));
};

const wrongChecksums = (t: TestContext): Stimulus[] => {
  const one = (what: string, change: (stimulus: Stimulus) => Stimulus, lengthBytes = EVEN): Stimulus =>
    named(change(t.fromTunnel({ lengthBytes })), `tunnel packet with ${what}`);
  return [
    ...BITS.map((bit) =>
      one(`bit ${String(bit)} of the UDP checksum inverted`, (stimulus) =>
        withChecksum(stimulus, (right) => (right === 1 << bit ? right ^ 0x8001 : right ^ (1 << bit))),
      ),
    ),
    one('a UDP checksum without pseudo-header', (stimulus) =>
      withWrongSum(stimulus, (frame, lengthBytes) => checksumOver(frame, lengthBytes, 0)),
    ),
    one('a UDP checksum whose pseudo-header says protocol 41', (stimulus) =>
      withWrongSum(stimulus, (frame, lengthBytes) =>
        checksumOver(frame, lengthBytes, pseudoHeaderSumOf(frame, PROTOCOL.IPV6, lengthBytes)),
      ),
    ),
    one('a UDP checksum of 0xffff', (stimulus) => withWrongSum(stimulus, () => 0xffff)),
    one('a UDP checksum of 0x0001', (stimulus) => withWrongSum(stimulus, () => 1)),
    one('a UDP checksum with its bytes exchanged', (stimulus) => withChecksum(stimulus, (right) => swapped(right))),
  ];
};

const swapped = (right: number): number => {
  const bytes = ((right & 0xff) << 8) | (right >>> 8);
  return bytes === right ? right ^ 0x0100 : bytes;
};

/** One bit wrong behind a checksum that was right before. */
const damaged = (t: TestContext): Stimulus[] => {
  const innerAt = udpOverheadBytes(t.profile);
  const places = [
    ['the UDP source port', UDP.SOURCE_PORT, 0],
    ["the inner packet's Hop Limit", innerAt + 7, 0],
    ["the inner packet's Traffic Class", innerAt + 1, 5],
    ['the last byte', innerAt + ODD - 1, 7],
    ['the last byte but one', innerAt + ODD - 2, 0],
  ] as const;
  return places.map(([what, at, bit]) =>
    named(withFlippedBit(good(t, ODD), at, bit), `tunnel packet with a bit of ${what} inverted and a UDP checksum`),
  );
};

/** A packet with a sum of 0, whose checksum is sent as all ones. */
const zeroSum = (t: TestContext): Stimulus => {
  const plain = t.fromTunnel({ lengthBytes: EVEN });
  const frame = plain.frame.slice();
  writeUint16(frame, frame.length - 2, 0);
  let right = 0;
  withChecksum({ ...plain, frame }, (checksum) => (right = checksum));
  writeUint16(frame, frame.length - 2, right);
  const inner = frame.slice(frame.length - EVEN);
  return named(withChecksum({ ...plain, frame, inner }), 'tunnel packet whose sum is 0, with UDP checksum 0xffff');
};

// RFC 768, RFC 1122 section 4.1.3.4, RFC 8086 section 6.1: a UDP checksum other than 0 is verified, over all of the datagram and its
// pseudo-header, reassembled where it came in fragments. A datagram with a wrong one is discarded without a word; so is what it
// carries for the DUT itself.
udpArea.case('udp.checksum-verified', async (t) => {
  const toSelf = named(
    withFlippedBit(
      withChecksum(t.fromTunnel({ destination: t.lab.overlayAddress, layers: echoLayers() })),
      UDP.CHECKSUM,
      0,
    ),
    "echo request to the DUT's overlay address with a wrong UDP checksum",
  );
  const whole = named(good(t, 1000), 'tunnel packet with the right UDP checksum in outer fragments');
  const spoilt = named(
    withFlippedBit(good(t, 1000), 700, 3),
    'tunnel packet in outer fragments, with a bit inverted in the second one',
  );
  const wrong = [...wrongChecksums(t), ...damaged(t), toSelf];
  const controls = [good(t, EVEN), good(t, ODD), good(t, t.tunnelMtuBytes), zeroSum(t)];
  const pieces = [spoilt, whole].flatMap((packet) => t.fragmentsOf(packet, [504]));
  const seen = await t.exchange(...pieces, ...wrong, ...controls);
  for (const stimulus of [spoilt, ...wrong]) t.expectNothing(seen, stimulus);
  for (const stimulus of [whole, ...controls]) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered !== undefined) expectForwardedUnchanged(t, delivered, stimulus);
  }
});

const SOURCE_PORTS = [1, 1023, 1024, 49151, 49152, 65535];

/** Packets without a UDP checksum: of many sizes, from many ports, in fragments. */
const judgeZeroChecksums = async (t: TestContext): Promise<void> => {
  const none = { checksum: 0 } as const;
  const sizes = [40, EVEN, ODD, 1280, t.tunnelMtuBytes].map((lengthBytes) =>
    named(
      t.fromTunnel({ lengthBytes }, { udp: none }),
      `tunnel packet of ${String(lengthBytes)} inner bytes with UDP checksum 0`,
    ),
  );
  const ports = [...SOURCE_PORTS, tunnelPort(t.profile)].map((sourcePort) =>
    named(
      t.fromTunnel({}, { udp: { ...none, sourcePort } }),
      `tunnel packet from UDP port ${String(sourcePort)} with UDP checksum 0`,
    ),
  );
  const inPieces = named(
    t.fromTunnel({ lengthBytes: 1000 }, { udp: none }),
    'tunnel packet with UDP checksum 0 in outer fragments',
  );
  const seen = await t.exchange(...sizes, ...ports, ...t.fragmentsOf(inPieces, [504]));
  for (const stimulus of [...sizes, ...ports, inPieces]) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered !== undefined) expectForwardedUnchanged(t, delivered, stimulus);
  }
};

const isOverIpv6 = ({ switches }: Profile): string | undefined =>
  switches.outerFamily === 'ipv6' ? 'over IPv6 a checksum of 0 needs a permission: udp.outer-ipv6-checksum' : undefined;

// RFC 768, RFC 8086 section 6.1, RFC 7510 section 3: over IPv4 a checksum of 0 says that there is none, and a tunnel takes such
// datagrams by default.
udpArea.case('udp.zero-checksum-accepted', { notFor: isOverIpv6 }, judgeZeroChecksums);

// That a node sends checksums itself does not make it refuse a peer that sends none.
udpArea.case(
  'udp.zero-checksum-accepted',
  {
    variant: 'on',
    setup: { switches: { udpChecksum: 'on' } },
    notFor: unless(isOverIpv6, ({ switches }) =>
      switches.udpChecksum === 'on' ? 'the case without variant has checksums switched on' : undefined,
    ),
  },
  judgeZeroChecksums,
);
