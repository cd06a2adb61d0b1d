import type { SetupChanges, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { fragment } from './area.ts';
import {
  expectIntact,
  inPiecesOf,
  interleaved,
  outerPayload,
  permutations,
  REQUIRED_BYTES,
  wholeOf,
} from './vectors.ts';
import { needsIpv4Reassembly } from '../outer-family.ts';

/** Pieces of one or several packets, in the order in which they are sent. */
interface Train {
  readonly wholes: readonly Stimulus[];
  readonly pieces: readonly Stimulus[];
}

const JUMBO_BYTES = 9000;
const MANY = 32;

/** One packet of an outer size, cut and arranged. */
const train = (
  t: TestContext,
  outerBytes: number,
  how: string,
  arrange: (whole: Stimulus) => readonly Stimulus[],
): Train => {
  const whole = wholeOf(t, outerBytes, `tunnel packet of ${String(outerBytes)} bytes ${how}`);
  return { wholes: [whole], pieces: arrange(whole) };
};

/** The packets of which the standards say that any node must be able to put them together. */
const requiredTrains = (t: TestContext): Train[] => {
  const required = (how: string, arrange: (whole: Stimulus) => readonly Stimulus[]): Train =>
    train(t, REQUIRED_BYTES, how, arrange);
  return [
    required('in 2 fragments', (whole) => t.fragmentsOf(whole, [744])),
    required('in 2 fragments reversed', (whole) => t.fragmentsOf(whole, [744]).reverse()),
    required('in 3 fragments', (whole) => t.fragmentsOf(whole, [496, 496])),
    required('in 3 fragments reversed', (whole) => t.fragmentsOf(whole, [496, 496]).reverse()),
    ...[8, 16].flatMap((first) => [
      required(`with a first fragment of ${String(first)} bytes`, (whole) => t.fragmentsOf(whole, [first])),
      required(`with a first fragment of ${String(first)} bytes sent last`, (whole) =>
        t.fragmentsOf(whole, [first]).reverse(),
      ),
    ]),
    required('in 3 fragments, all but the last one twice', (whole) =>
      t.fragmentsOf(whole, [496, 496]).flatMap((piece, index) => (index < 2 ? [piece, piece] : [piece])),
    ),
    required('in 3 fragments reversed, all but the first one twice', (whole) =>
      t
        .fragmentsOf(whole, [496, 496])
        .flatMap((piece, index) => (index > 0 ? [piece, piece] : [piece]))
        .reverse(),
    ),
    required('whose last fragment has 8 bytes', (whole) => t.fragmentsOf(whole, [1472])),
  ];
};

/** Sizes and arrangements in which an implementation may get single fragments wrong. */
const furtherTrains = (t: TestContext): Train[] => [
  ...permutations([0, 1, 2]).map((order) =>
    train(t, 1220, `in 3 fragments sent in the order ${order.join(' ')}`, (whole) =>
      order.flatMap((index) => t.fragmentsOf(whole, [400, 400]).slice(index, index + 1)),
    ),
  ),
  // Every length of a last fragment up to 16 bytes.
  ...Array.from({ length: 16 }, (_, index) =>
    train(t, 100 + index, 'in 2 fragments', (whole) => t.fragmentsOf(whole, [72])),
  ),
  ...[8, 16, 24, 40].flatMap((lengthBytes) => [
    train(t, 140, `in fragments of ${String(lengthBytes)} bytes`, (whole) => inPiecesOf(t, whole, lengthBytes)),
    train(t, 140, `in fragments of ${String(lengthBytes)} bytes reversed`, (whole) =>
      inPiecesOf(t, whole, lengthBytes).reverse(),
    ),
  ]),
  // Ethernet fills short frames up, with whatever is in the buffer.
  train(t, 140, 'in short fragments with link-layer padding', (whole) =>
    [0, 8, 16].map((offsetBytes) =>
      t.fragmentOf(whole, {
        offsetBytes,
        trailer: new Uint8Array(18).fill(0xaa),
        ...(offsetBytes < 16 ? { lengthBytes: 8 } : {}),
      }),
    ),
  ),
  // RFC 791 section 3.1: an option that is not copied stands in the first fragment alone.
  train(t, 300, 'with an option in its first fragment alone', (whole) => [
    t.fragmentOf(whole, { offsetBytes: 0, lengthBytes: 80, outer: { options: Uint8Array.of(1, 1, 1, 0) } }),
    t.fragmentOf(whole, { offsetBytes: 80 }),
  ]),
];

/** Packets that are on their way at the same time. */
const mingledTrains = (t: TestContext): Train[] => {
  const two = [1, 2].map((number) =>
    wholeOf(t, 1220, `tunnel packet ${String(number)} of 2 whose fragments are interleaved`),
  );
  const many = Array.from({ length: MANY }, (_, index) =>
    wholeOf(t, 600, `tunnel packet ${String(index)} of ${String(MANY)} whose fragments are interleaved`),
  );
  return [
    { wholes: two, pieces: interleaved(...two.map((whole) => t.fragmentsOf(whole, [400, 400]))) },
    { wholes: many, pieces: interleaved(...many.map((whole) => t.fragmentsOf(whole, [304]))) },
  ];
};

const expectTrains = async (t: TestContext, trains: readonly Train[]): Promise<void> => {
  const seen = await t.exchange(...trains.flatMap(({ pieces }) => pieces));
  for (const whole of trains.flatMap(({ wholes }) => wholes)) expectIntact(t, seen, whole);
};

// RFC 4213 section 3.6, RFC 1122 section 3.3.2: outer packets of up to 1500 bytes are put together before they are decapsulated,
// in whatever order their fragments come, also when a fragment comes twice or is as short as 8 bytes.
fragment.case('fragment.reassembly-before-decap', async (t) => {
  await expectTrains(t, [...requiredTrains(t), ...furtherTrains(t), ...mingledTrains(t)]);
});

const JUMBO = { underlayMtuBytes: JUMBO_BYTES, podMtuBytes: JUMBO_BYTES } as const satisfies SetupChanges;

// RFC 4213 section 3.6: and up to the MTU of the largest IPv4 interface where that is more.
fragment.case('fragment.reassembly-before-decap', { variant: 'jumbo', setup: JUMBO }, async (t) => {
  await expectTrains(
    t,
    [2000, JUMBO_BYTES].flatMap((outerBytes) => [
      train(t, outerBytes, 'in fragments of 1480 bytes', (whole) => inPiecesOf(t, whole, 1480)),
      train(t, outerBytes, 'in fragments of 1480 bytes reversed', (whole) => inPiecesOf(t, whole, 1480).reverse()),
    ]),
  );
});

const UNFIT = 'beyond what IPv4 can count, or past its own end';

/** Fragments that contradict each other about where the packet ends; a node that overlooks it has all bytes of a good packet. */
const contradictions = (t: TestContext): Train[] => {
  const make = (how: string, arrange: (whole: Stimulus) => readonly Stimulus[]): Train =>
    train(t, 132, `${how} (${UNFIT})`, arrange);
  const piece = (whole: Stimulus, offsetBytes: number, lengthBytes: number, moreFragments: boolean): Stimulus => {
    // Behind the whole come zeros.
    const payload = new Uint8Array(lengthBytes);
    payload.set(outerPayload(whole).subarray(offsetBytes, offsetBytes + lengthBytes));
    return t.fragmentOf(whole, { offsetBytes, moreFragments, payload });
  };
  return [
    make('with a last fragment that ends before the one ahead of it', (whole) => [
      piece(whole, 48, 72, true),
      piece(whole, 104, 8, false),
      piece(whole, 0, 48, true),
    ]),
    make('with a fragment behind its last one', (whole) => [
      piece(whole, 48, 64, false),
      piece(whole, 112, 16, true),
      piece(whole, 0, 48, true),
    ]),
    make('with two last fragments that end differently', (whole) => [
      piece(whole, 48, 64, false),
      piece(whole, 112, 8, false),
      piece(whole, 0, 48, true),
    ]),
  ];
};

/** The good packet and behind it surplus bytes up to and beyond the largest Total Length. */
const overlong = (t: TestContext, order: 'in order' | 'reversed'): Train =>
  train(t, 132, `with fragments up to byte 65544, ${order} (${UNFIT})`, (whole) => {
    const step = 1480;
    const end = 65_544;
    const rest = Array.from({ length: Math.ceil(end / step) - 1 }, (_, index) => (index + 1) * step);
    const payload = new Uint8Array(step);
    payload.set(outerPayload(whole));
    const pieces = [
      t.fragmentOf(whole, { offsetBytes: 0, payload, moreFragments: true }),
      ...rest.map((offsetBytes) =>
        t.fragmentOf(whole, {
          offsetBytes,
          payload: new Uint8Array(Math.min(step, end - offsetBytes)),
          moreFragments: offsetBytes + step < end,
        }),
      ),
    ];
    return order === 'in order' ? pieces : pieces.reverse();
  });

// RFC 791 section 3.2: a packet has 65535 bytes at most and one end. What contradicts that is discarded, and nothing is delivered.
fragment.case('fragment.reassembly-overflow', { notFor: needsIpv4Reassembly }, async (t) => {
  const controls = [train(t, 132, 'in 2 fragments', (whole) => t.fragmentsOf(whole, [48]))];
  const unfit = [...contradictions(t), overlong(t, 'in order'), overlong(t, 'reversed')];
  const seen = await t.exchange(...[...unfit, ...controls].flatMap(({ pieces }) => pieces));
  for (const whole of unfit.flatMap(({ wholes }) => wholes)) t.expectNothing(seen, whole);
  for (const whole of controls.flatMap(({ wholes }) => wholes)) expectIntact(t, seen, whole);
});
