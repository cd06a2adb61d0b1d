import { ETHERNET, UDP } from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { expectForwardedUnchanged } from '../decap/judging.ts';
import { echoLayers, named, withTrailer } from '../decap/vectors.ts';
import { udpArea } from './area.ts';
import { outerUdp, udpOverheadBytes, withBytesBehind, withChecksum } from './datagrams.ts';

// RFC 768, RFC 791 section 3.1, RFC 4213 section 3.5: UDP Length counts its own 8 bytes, the framing behind them and the inner packet to
// its last byte; Total Length is that and the 20 bytes of the outer header. What pads a frame counts for neither.
udpArea.case('udp.length-fields', async (t) => {
  const overhead = udpOverheadBytes(t.profile);
  const sizes = [40, 41, 47, 48, 255, 256, 1279, 1280, t.tunnelMtuBytes - 1, t.tunnelMtuBytes];
  const stimuli = [
    ...sizes.map((lengthBytes) => named(t.fromPod({ lengthBytes }), `pod packet of ${String(lengthBytes)} bytes`)),
    ...[40, 41, 100].map((lengthBytes) =>
      named(
        t.fromPod({ lengthBytes, trailer: new Uint8Array(13) }),
        `pod packet of ${String(lengthBytes)} bytes in a longer frame`,
      ),
    ),
  ];
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer } = packet;
    const expected = overhead + stimulus.inner.length;
    const length = outerUdp(frame.bytes)?.header.length;
    if (length === undefined) {
      t.violation(
        `UDP Length ${String(expected)} (${stimulus.title})`,
        'a UDP Length that does not fit into the frame',
        {
          frame,
        },
      );
      continue;
    }
    t.expectEqual(`UDP Length (${stimulus.title})`, length, expected, { frame });
    t.expectEqual(
      `Total Length (${stimulus.title})`,
      outer.totalLength,
      overheadBytes(t.profile) + stimulus.inner.length,
      {
        frame,
      },
    );
  }
});

const INNER_BYTES = 140;

/** Lengths of less than the datagram has: of the header, of the inner header, of the inner packet. */
const tooShort = (overhead: number): number[] => [
  0,
  1,
  7,
  UDP.HEADER_LENGTH,
  overhead + 39,
  overhead + 40,
  overhead + INNER_BYTES - 10,
  overhead + INNER_BYTES - 1,
];
/** Lengths of more than the outer Total Length leaves room for. */
const tooLong = (overhead: number): number[] => [
  overhead + INNER_BYTES + 1,
  overhead + INNER_BYTES + 10,
  overhead + INNER_BYTES + 1000,
  0xffff,
];

const lying = (t: TestContext): Stimulus[] => {
  const overhead = udpOverheadBytes(t.profile);
  const one = (length: number, what: string, summed: boolean): Stimulus => {
    const stimulus = t.fromTunnel({ lengthBytes: INNER_BYTES }, { udp: { length } });
    return named(
      summed ? withChecksum(stimulus) : stimulus,
      `tunnel packet of ${String(INNER_BYTES)} inner bytes with UDP Length ${String(length)}${what}`,
    );
  };
  const long = tooLong(overhead);
  return [
    ...[...tooShort(overhead), ...long].map((length) => one(length, '', false)),
    // Over what the Length says the checksum is right, so that nothing else is wrong with them.
    ...tooShort(overhead)
      .filter((length) => length >= UDP.HEADER_LENGTH)
      .map((length) => one(length, ' and the UDP checksum for it', true)),
    ...long
      .slice(0, 2)
      .map((length) => withTrailer(one(length, ' in a frame with padding for it', false), new Uint8Array(16))),
    named(
      t.fromTunnel(
        { destination: t.lab.overlayAddress, layers: echoLayers(), lengthBytes: INNER_BYTES },
        { udp: { length: overhead + INNER_BYTES + 10 } },
      ),
      "echo request to the DUT's overlay address with a UDP Length 10 bytes beyond the datagram",
    ),
  ];
};

/** Bytes behind the datagram that only the outer header counts. */
const surplus = (t: TestContext): Stimulus[] =>
  [1, 8, 12, 200].flatMap((lengthBytes) => {
    const title = `tunnel packet with ${String(lengthBytes)} bytes 0xee behind the UDP datagram`;
    const bytes = new Uint8Array(lengthBytes).fill(0xee);
    const summed = withChecksum(withBytesBehind(t, INNER_BYTES, bytes, `${title} and a UDP checksum`));
    return t.profile.switches.outerFamily === 'ipv6'
      ? [summed]
      : [withBytesBehind(t, INNER_BYTES, bytes, title), summed];
  });

// RFC 768, RFC 1122 section 4.1.3: a datagram ends where its Length says. One that is shorter than its own header, too short for the
// inner packet, or longer than what IPv4 brought is discarded; bytes behind its end are not part of it and go nowhere.
udpArea.case('udp.receive-length', async (t) => {
  const dropped = lying(t);
  const exact = named(t.fromTunnel({ lengthBytes: INNER_BYTES }), 'tunnel packet with the right UDP Length');
  const long = named(
    t.fromTunnel({ lengthBytes: 1000 }, { udp: { length: udpOverheadBytes(t.profile) + 1000 + 8 } }),
    'tunnel packet in outer fragments with a UDP Length 8 bytes beyond them',
  );
  const passing = [exact, ...surplus(t)];
  const seen = await t.exchange(...dropped, ...t.fragmentsOf(long, [504]), ...passing);
  for (const stimulus of [...dropped, long]) t.expectNothing(seen, stimulus);
  for (const stimulus of passing) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered === undefined) continue;
    const { frame } = delivered;
    expectForwardedUnchanged(t, delivered, stimulus);
    const lengthBytes = frame.bytes.length - ETHERNET.HEADER_LENGTH;
    t.expectEqual(`bytes behind the Ethernet header (${stimulus.title})`, lengthBytes, INNER_BYTES, { frame });
  }
});
