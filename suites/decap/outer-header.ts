import { ETHERNET, fromHex, IPV4, readUint16, writeUint16 } from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { decap } from './area.ts';
import { expectDroppedBeside, expectForwardedUnchanged } from './judging.ts';
import { named, outerOverheadBytes, withTrailer } from './vectors.ts';
import { needsOuterIpv4 } from '../outer-family.ts';

const CHECKSUM_AT = ETHERNET.HEADER_LENGTH + IPV4.HEADER_CHECKSUM;

const withBytes = (stimulus: Stimulus, change: (frame: Uint8Array) => void, title: string): Stimulus => {
  const frame = stimulus.frame.slice();
  change(frame);
  return { ...stimulus, frame, title };
};

// RFC 1122 section 3.2.1.2, RFC 791, RFC 1812 section 5.2.2: a datagram whose header checksum does not verify is discarded in
// silence, tunnel or not.
decap.case('decap.outer-checksum', { notFor: needsOuterIpv4 }, async (t) => {
  const good = (): Stimulus => t.fromTunnel({}, { outer: { identification: 0x4141 } });
  const checksum = readUint16(good().frame, CHECKSUM_AT);
  const swapped = ((checksum & 0xff) << 8) | (checksum >> 8);
  const wrong = [checksum + 1, checksum - 1, 0x0000, 0xffff, checksum ^ 0xffff, checksum ^ 0x8000, swapped]
    .map((value) => value & 0xffff)
    .filter((value) => value !== checksum)
    .map((value) =>
      withBytes(
        good(),
        (frame) => writeUint16(frame, CHECKSUM_AT, value),
        `tunnel packet with header checksum 0x${value.toString(16).padStart(4, '0')} instead of 0x${checksum.toString(16).padStart(4, '0')}`,
      ),
    );
  // The other way round: the checksum is that of the packet before one of its fields was damaged.
  const damaged = [IPV4.TOS, IPV4.IDENTIFICATION, IPV4.TTL].map((field) =>
    withBytes(
      good(),
      (frame) => {
        const at = ETHERNET.HEADER_LENGTH + field;
        frame[at] = (frame[at] ?? 0) ^ 0x04;
      },
      `tunnel packet with one bit of outer header byte ${String(field)} damaged`,
    ),
  );
  await expectDroppedBeside(t, [named(good(), 'tunnel packet with the right header checksum')], [...wrong, ...damaged]);
});

// RFC 1122 section 3.2.1 and RFC 791: a version other than 4, a header shorter than five words, and a Total Length that does
// not cover the header or reaches beyond what was received make the datagram invalid; it is discarded in silence. The
// checksums are right, so that nothing else is wrong.
decap.case('decap.outer-header-malformed', { notFor: needsOuterIpv4 }, async (t) => {
  const frameBytes = t.fromTunnel().frame.length - ETHERNET.HEADER_LENGTH;
  const malformed = [
    ...[0, 1, 4].map((ihl) => ({ outer: { ihl }, what: `IHL ${String(ihl)}` })),
    // The header would end behind the datagram.
    { outer: { ihl: 15, totalLength: 59 }, what: 'IHL 15 and a Total Length of 59' },
    ...[0, 1, 19].map((totalLength) => ({ outer: { totalLength }, what: `a Total Length of ${String(totalLength)}` })),
    { outer: { options: fromHex('01010101'), totalLength: 23 }, what: 'IHL 6 and a Total Length of 23' },
    ...[1, 10, 1000].map((more) => ({
      outer: { totalLength: frameBytes + more },
      what: `a Total Length ${String(more)} bytes beyond the frame`,
    })),
    { outer: { totalLength: 0xffff }, what: 'a Total Length of 65535' },
    ...[0, 3, 5, 6, 15].map((version) => ({ outer: { version }, what: `outer version ${String(version)}` })),
  ].map(({ outer, what }) => named(t.fromTunnel({}, { outer }), `tunnel packet with ${what}`));
  const short = t.fromTunnel();
  const cut = [1, 19, 20].map((kept) =>
    named(
      { ...short, mark: t.mark(), frame: short.frame.slice(0, ETHERNET.HEADER_LENGTH + kept) },
      `frame that ends after ${String(kept)} bytes of IPv4`,
    ),
  );
  await expectDroppedBeside(t, [named(t.fromTunnel(), 'well-formed tunnel packet')], [...malformed, ...cut]);
});

/** Options that a receiver passes over or works on, but that never make a datagram undeliverable. */
const OPTIONS: readonly (readonly [name: string, hex: string])[] = [
  ['four No Operations', '01010101'],
  ['End of Options List', '00000000'],
  ['Record Route with one free slot', '0707040000000000'],
  ['Record Route that is full', '07070ac000020100'],
  ['Internet Timestamp', '440c05000000000000000000'],
  ['Router Alert', '94040000'],
  ['Security', '820b00000000000000000000'],
  ['an unknown option', '5e041234'],
];

// RFC 791, RFC 1122 section 3.2.1.8, RFC 1812 section 4.2.2.6: options are legal on receipt, unknown ones are passed over, and
// the inner packet begins where IHL says.
decap.case('decap.outer-options', { notFor: needsOuterIpv4 }, async (t) => {
  const byName = OPTIONS.map(([name, hex]) =>
    named(t.fromTunnel({}, { outer: { options: fromHex(hex) } }), `tunnel packet with outer option ${name}`),
  );
  const byLength = Array.from({ length: 10 }, (_, index) => 6 + index).map((ihl) => {
    const options = new Uint8Array((ihl - 5) * 4).fill(1);
    return named(
      t.fromTunnel({}, { outer: { options } }),
      `tunnel packet with IHL ${String(ihl)}, filled with No Operation`,
    );
  });
  const stimuli = [...byName, ...byLength];
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered !== undefined) expectForwardedUnchanged(t, delivered, stimulus);
  }
});

const ETHERNET_MINIMUM_BYTES = 60;

/** A tunnel packet that carries only the first bytes of an inner packet, in a frame padded with zeros as Ethernet demands. */
const carrying = (t: TestContext, lengthBytes: number): Stimulus => {
  const mark = t.mark();
  const stimulus = { ...t.fromTunnel(t.inner({ mark }).subarray(0, lengthBytes)), mark };
  return withTrailer(stimulus, new Uint8Array(Math.max(0, ETHERNET_MINIMUM_BYTES - stimulus.frame.length)));
};

// RFC 4213 section 3.6 and RFC 791: an outer payload that cannot hold an IPv6 header is discarded, and nobody is told. What the
// frame holds behind the Total Length is no part of the datagram, even if it would complete the inner packet.
decap.case('decap.short-outer-payload', async (t) => {
  const overhead = outerOverheadBytes(t.profile);
  const stimuli = [0, 1, 4, 8, 39].flatMap((lengthBytes) => {
    const what = `tunnel packet with an outer Total Length of ${String(overhead + lengthBytes)}`;
    const claimed = { outer: { totalLength: overhead + lengthBytes }, udp: { length: 8 + lengthBytes } };
    return [
      named(carrying(t, lengthBytes), what),
      named(t.fromTunnel({}, claimed), `${what} and the rest of the inner packet as link-layer padding`),
    ];
  });
  const smallest = named(t.fromTunnel({ lengthBytes: 40 }), 'tunnel packet with a bare IPv6 header');
  await expectDroppedBeside(t, [smallest], stimuli);
});
