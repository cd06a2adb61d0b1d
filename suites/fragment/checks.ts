import { Ipv6Address } from '../../harness/address/index.ts';
import { IPV6 } from '../../harness/packet/index.ts';
import type { InnerFields, Stimulus, TestContext, TunnelStimulusFields } from '../../harness/tester/context.ts';
import { expectNotTaken } from '../decap/judging.ts';
import { pairsMayDiffer } from '../decap/vectors.ts';
import { fragment } from './area.ts';
import { expectIntact, inPiecesOf, interleaved, named } from './vectors.ts';

interface Spoofed {
  readonly what: string;
  readonly inner: InnerFields;
  readonly tunnel?: TunnelStimulusFields;
}

/** With 8 and 16 bytes the addresses lie in several fragments, with 48 and 56 the first one has all of them. */
const PIECE_LENGTHS_BYTES = [8, 16, 24, 48, 56] as const;
const PACKET_BYTES = 140;

/** Packets that are refused when they come whole. */
const spoofed = ({ lab, profile }: TestContext): Spoofed[] => {
  const source = (text: string): Spoofed => ({
    what: `with the inner source ${text}`,
    inner: { source: Ipv6Address.parse(text) },
  });
  const ofAnother = { what: "with another node's inner source", inner: { source: lab.n3.pod() } };
  return [
    ...(lab.map === undefined ? [{ what: 'from a stranger', inner: {}, tunnel: { from: lab.n3.ipv4 } }] : []),
    ...(lab.map === undefined || pairsMayDiffer(profile) !== undefined ? [] : [ofAnother]),
    source('::1'),
    source('ff0e::41'),
    {
      what: 'with an inner Payload Length beyond its end',
      inner: { payloadLength: PACKET_BYTES - IPV6.HEADER_LENGTH + 1 },
    },
  ];
};

interface Pair {
  readonly whole: Stimulus;
  readonly pieces: readonly Stimulus[];
}

/** A packet for each order of its fragments. */
const inBothOrders = (t: TestContext, lengthBytes: number, make: () => Stimulus): Pair[] =>
  (['in order', 'reversed'] as const).map((order) => {
    const packet = make();
    const whole = named(packet, `${packet.title} in fragments of ${String(lengthBytes)} bytes, ${order}`);
    const pieces = inPiecesOf(t, whole, lengthBytes);
    return { whole, pieces: order === 'in order' ? pieces : pieces.reverse() };
  });

// RFC 4213 section 3.6, RFC 5969 section 9.2: addresses and lengths are checked on the packet that all fragments make, whatever the
// first of them shows, and however little of it.
fragment.case('fragment.checks-after-reassembly', async (t) => {
  for (const lengthBytes of PIECE_LENGTHS_BYTES) {
    const refused = spoofed(t).flatMap(({ what, inner, tunnel }) =>
      inBothOrders(t, lengthBytes, () =>
        named(t.fromTunnel({ ...inner, lengthBytes: PACKET_BYTES }, tunnel), `packet ${what}`),
      ),
    );
    const taken = inBothOrders(t, lengthBytes, () => named(t.fromTunnel({ lengthBytes: PACKET_BYTES }), 'good packet'));
    const seen = await t.exchange(...[...refused, ...taken].flatMap(({ pieces }) => pieces));
    for (const { whole } of refused) expectNotTaken(t, seen, whole);
    for (const { whole } of taken) expectIntact(t, seen, whole);
  }
});

// Nor does a packet that is good say anything of the next, even while its fragments are between the other's.
fragment.case('fragment.checks-after-reassembly', { variant: 'after-a-good-one' }, async (t) => {
  for (const { what, inner, tunnel } of spoofed(t)) {
    const good = named(t.fromTunnel({ lengthBytes: PACKET_BYTES }), 'good packet in fragments of 8 bytes');
    const bad = named(
      t.fromTunnel({ ...inner, lengthBytes: PACKET_BYTES }, tunnel),
      `packet ${what} in fragments of 8 bytes, between those of a good one`,
    );
    const seen = await t.exchange(...interleaved(inPiecesOf(t, good, 8), inPiecesOf(t, bad, 8)));
    expectNotTaken(t, seen, bad);
    expectIntact(t, seen, good);
  }
});
