import { concat, IPV6 } from '../../harness/packet/index.ts';
import type { Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { fragment } from './area.ts';
import { altered, expectIntact, innerAt, named, permutations, wholeWithPayload } from './vectors.ts';

interface Vector {
  readonly whole: Stimulus;
  readonly pieces: readonly Stimulus[];
}

const PAYLOAD_BYTES = 240;

/** Two versions of some bytes of one packet: which of them a node believes is what an attacker wants to choose. */
const vectors = (t: TestContext): Vector[] => {
  const vector = (what: string, arrange: (whole: Stimulus) => readonly Stimulus[]): Vector => {
    const whole = wholeWithPayload(t, PAYLOAD_BYTES, `tunnel packet ${what}`);
    return { whole, pieces: arrange(whole) };
  };
  const inner = innerAt(t);
  const source = inner + IPV6.SOURCE;
  const destination = inner + IPV6.DESTINATION;
  const { n1, n2, n3 } = t.lab;
  // Addresses that pass every check, so that a mixture is delivered where somebody makes it.
  const sourceOfOther = n2.pod(1).bytes;
  const destinationOfOther = n1.pod(1).bytes;
  const forged = new Uint8Array(8).fill(0x41);
  const piece = (whole: Stimulus, offsetBytes: number, lengthBytes: number): Stimulus =>
    t.fragmentOf(whole, { offsetBytes, lengthBytes });
  const rest = (whole: Stimulus, offsetBytes: number): Stimulus => t.fragmentOf(whole, { offsetBytes });
  const second = (whole: Stimulus, offsetBytes: number, lengthBytes: number, at: number, bytes: Uint8Array): Stimulus =>
    altered(t, whole, { offsetBytes, lengthBytes }, at, bytes);
  return [
    vector('whose second fragment rewrites the inner source', (whole) => [
      piece(whole, 0, 64),
      second(whole, 8, 56, source, sourceOfOther),
      rest(whole, 64),
    ]),
    vector("whose second fragment gives it another node's inner source", (whole) => [
      piece(whole, 0, 64),
      second(whole, 8, 56, source, n3.pod().bytes),
      rest(whole, 64),
    ]),
    vector('whose second fragment rewrites the inner destination', (whole) => [
      piece(whole, 0, 64),
      second(whole, 8, 56, destination, destinationOfOther),
      rest(whole, 64),
    ]),
    vector('whose last fragment rewrites the inner addresses', (whole) => [
      piece(whole, 0, 64),
      piece(whole, 64, 72),
      altered(
        t,
        whole,
        { offsetBytes: 8, lengthBytes: 232, moreFragments: false },
        source,
        concat(sourceOfOther, destinationOfOther),
      ),
    ]),
    vector('with an overlap of 8 bytes, different ones', (whole) => [
      piece(whole, 0, 64),
      second(whole, 56, 48, 56, forged),
      rest(whole, 104),
    ]),
    vector('with an overlap of one byte that differs', (whole) => [
      piece(whole, 0, 104),
      second(whole, 96, 48, 101, Uint8Array.of(0x42)),
      rest(whole, 144),
    ]),
    vector('whose third fragment overlaps the second', (whole) => [
      piece(whole, 0, 64),
      piece(whole, 64, 64),
      second(whole, 120, 48, 120, forged),
      rest(whole, 168),
    ]),
    vector('whose last fragment comes twice with different bytes', (whole) => [
      rest(whole, 64),
      altered(t, whole, { offsetBytes: 64, lengthBytes: 176, moreFragments: false }, 232, forged),
      piece(whole, 0, 64),
    ]),
    vector('whose first fragment comes twice with different bytes', (whole) => [
      piece(whole, 0, 64),
      second(whole, 0, 64, source, sourceOfOther),
      rest(whole, 64),
    ]),
    vector('with a fragment inside another one', (whole) => [
      piece(whole, 0, 128),
      second(whole, 64, 8, 64, forged),
      rest(whole, 128),
    ]),
    vector('with a fragment around another one', (whole) => [
      piece(whole, 64, 8),
      second(whole, 56, 24, 64, forged),
      piece(whole, 0, 56),
      rest(whole, 80),
    ]),
    vector('with an overlap of equal bytes', (whole) => [piece(whole, 0, 64), piece(whole, 56, 48), rest(whole, 104)]),
  ];
};

/** Nothing, or the packet as it was sent: never a mixture. */
const expectUnmixed = (t: TestContext, seen: Seen, whole: Stimulus): void => {
  if (seen.of(whole).length === 0) t.expectNothing(seen, whole);
  else expectIntact(t, seen, whole);
};

// RFC 791 section 3.2, RFC 1858, RFC 5722: of fragments that overlap with different bytes, no mixture comes out. A node drops the
// packet, or keeps what came first; what it has verified is not rewritten by what comes later.
fragment.case('fragment.overlap', async (t) => {
  const sent = vectors(t);
  const control = wholeWithPayload(t, PAYLOAD_BYTES, 'tunnel packet without an overlap');
  const seen = await t.exchange(...sent.flatMap(({ pieces }) => pieces), ...t.fragmentsOf(control, [64, 64]));
  for (const { whole } of sent) expectUnmixed(t, seen, whole);
  expectIntact(t, seen, control);
});

// A fragment that comes twice, byte for byte the same, is no overlap to be afraid of: the packet is delivered, once.
fragment.case('fragment.overlap', { variant: 'duplicates' }, async (t) => {
  const orders = permutations([0, 1, 2]);
  const trains = orders.flatMap((order) =>
    [0, 1, 2].map((repeated) => {
      const title = `tunnel packet in the order ${order.join(' ')}, with number ${String(repeated)} of them sent twice`;
      const whole = named(wholeWithPayload(t, PAYLOAD_BYTES, ''), title);
      const pieces = t.fragmentsOf(whole, [64, 64]);
      const inOrder = order.flatMap((index) => pieces.slice(index, index + 1));
      return { whole, pieces: inOrder.flatMap((piece, index) => (index === repeated ? [piece, piece] : [piece])) };
    }),
  );
  const seen = await t.exchange(...trains.flatMap(({ pieces }) => pieces));
  for (const { whole } of trains) expectIntact(t, seen, whole);
});
