import { equalBytes } from '../../harness/packet/index.ts';
import type { Seen, TestContext } from '../../harness/tester/context.ts';
import { fragment } from './area.ts';
import { ownEcho, ownPiece, ownPieces, type EchoRequest, type OwnPiece } from './own-vectors.ts';
import { permutations } from './vectors.ts';

/** Exactly one reply with the data of the request, through the tunnel to where that came from. */
const expectAnswered = (t: TestContext, seen: Seen, { whole, message, source }: EchoRequest): void => {
  const reply = t.echoReply(seen, whole);
  const frames = seen.of(whole).length;
  if (reply === undefined) {
    t.violation(`an echo reply to the ${whole.title}`, frames === 0 ? 'nothing' : `${String(frames)} other frames`);
    return;
  }
  const { frame } = reply;
  t.expectEqual(`answers to the ${whole.title}:`, frames, 1, { frame });
  t.expectEqual('destination of the reply', reply.header.destination.toString(), source.toString(), { frame });
  t.expectEqual(
    'outer destination of the reply',
    reply.tunnel?.outer.destination.toString() ?? 'none',
    t.lab.n2.ipv4.toString(),
    { frame },
  );
  const isWhole = equalBytes(reply.body, message.subarray(8));
  t.expectEqual(`data of the reply to the ${whole.title} as sent`, isWhole, true, { frame });
};

// RFC 6946 section 4, RFC 8200 section 4.5: a fragment that is a whole packet is handled by itself, at once, whatever else with its
// Identification is still incomplete, and leaves that alone.
fragment.case('fragment.own-atomic', async (t) => {
  for (const [pending, later] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const order = pending === 0 ? 'first' : 'last';
    const request = ownEcho(t, `echo request in 2 IPv6 fragments of which the ${order} one is there`);
    const { identification } = request;
    const atomic = ownEcho(t, 'echo request in an atomic fragment with the same Identification', { identification });
    const pieces = ownPieces(t, request, [48]);
    const before = await t.exchange(...pieces.slice(pending, pending + 1), ownPiece(t, atomic, { offsetBytes: 0 }));
    expectAnswered(t, before, atomic);
    t.expectNothing(before, request.whole);
    const after = await t.exchange(...pieces.slice(later, later + 1));
    expectAnswered(t, after, request);
  }
});

interface Overlap {
  readonly what: string;
  readonly pieces: readonly OwnPiece[];
}

const OTHER = new Uint8Array(104).fill(0x42);

/** Of a message of 104 bytes; the bytes of an overlap are equal unless they are given. */
const OVERLAPS: readonly Overlap[] = [
  {
    what: 'whose second fragment overlaps the first in 8 equal bytes',
    pieces: [{ offsetBytes: 0, lengthBytes: 48 }, { offsetBytes: 40 }],
  },
  {
    what: 'whose second fragment overlaps the first in 8 other bytes',
    pieces: [
      { offsetBytes: 0, lengthBytes: 48 },
      { offsetBytes: 40, bytes: OTHER.subarray(0, 64) },
    ],
  },
  {
    what: 'whose first fragment comes last and overlaps the second',
    pieces: [{ offsetBytes: 40 }, { offsetBytes: 0, lengthBytes: 48 }],
  },
  {
    what: 'whose third fragment overlaps the second',
    pieces: [
      { offsetBytes: 0, lengthBytes: 32 },
      { offsetBytes: 32, lengthBytes: 32 },
      { offsetBytes: 56, lengthBytes: 48, moreFragments: false },
    ],
  },
  {
    what: 'with a fragment around another one',
    pieces: [
      { offsetBytes: 48, lengthBytes: 8 },
      { offsetBytes: 40, lengthBytes: 24 },
      { offsetBytes: 64 },
      { offsetBytes: 0, lengthBytes: 40 },
    ],
  },
  {
    what: 'whose second fragment comes twice with other bytes',
    pieces: [
      { offsetBytes: 0, lengthBytes: 48 },
      { offsetBytes: 48, lengthBytes: 24, bytes: OTHER.subarray(0, 24) },
      { offsetBytes: 48, lengthBytes: 24 },
      { offsetBytes: 72 },
    ],
  },
];

/** The bytes are the same as those that are there, but the fragments are not. */
const CONTAINED: readonly Overlap[] = [
  {
    what: 'with a fragment inside another one',
    pieces: [{ offsetBytes: 0, lengthBytes: 64 }, { offsetBytes: 24, lengthBytes: 16 }, { offsetBytes: 64 }],
  },
  {
    what: 'whose first fragment comes again, shorter',
    pieces: [{ offsetBytes: 0, lengthBytes: 48 }, { offsetBytes: 0, lengthBytes: 40 }, { offsetBytes: 48 }],
  },
];

const expectRefused = async (t: TestContext, overlaps: readonly Overlap[]): Promise<void> => {
  const refused = overlaps.map(({ what, pieces }) => {
    const request = ownEcho(t, `echo request ${what}`);
    return { request, stimuli: pieces.map((piece) => ownPiece(t, request, piece)) };
  });
  const answered = permutations([0, 1, 2]).map((order) => {
    const request = ownEcho(t, `echo request in 3 IPv6 fragments in the order ${order.join(' ')}`);
    const pieces = ownPieces(t, request, [32, 32]);
    return { request, stimuli: order.flatMap((index) => pieces.slice(index, index + 1)) };
  });
  const seen = await t.exchange(...[...refused, ...answered].flatMap(({ stimuli }) => stimuli));
  for (const { request } of refused) t.expectNothing(seen, request.whole);
  for (const { request } of answered) expectAnswered(t, seen, request);
};

// RFC 8200 section 4.5, RFC 5722 section 4: of a packet to the node itself, fragments that overlap are discarded, all of them, and
// nothing is said about it. Without an overlap it is answered, in whatever order the fragments come.
fragment.case('fragment.own-overlap', (t) => expectRefused(t, OVERLAPS));

// Only an exact duplicate may be ignored instead; a fragment that lies inside another one is none.
fragment.case('fragment.own-overlap', { variant: 'contained' }, (t) => expectRefused(t, CONTAINED));

// RFC 8200 section 4.5: a fragment that comes twice, byte for byte the same, may be ignored; the packet may also be dropped as overlapping.
fragment.case('fragment.own-overlap', { variant: 'duplicates' }, async (t) => {
  const requests = [0, 1, 2].flatMap((repeated) =>
    (['at once', 'at the end'] as const).map((when) => {
      const what = `of which number ${String(repeated)} comes again ${when}`;
      const request = ownEcho(t, `echo request in 3 IPv6 fragments ${what}`);
      const pieces = ownPieces(t, request, [32, 32]);
      const others = [0, 1, 2].filter((index) => index !== repeated);
      const order = when === 'at once' ? [repeated, repeated, ...others] : [repeated, ...others, repeated];
      return { request, stimuli: order.flatMap((index) => pieces.slice(index, index + 1)) };
    }),
  );
  const seen = await t.exchange(...requests.flatMap(({ stimuli }) => stimuli));
  for (const { request } of requests) {
    if (seen.of(request.whole).length === 0) t.expectNothing(seen, request.whole);
    else expectAnswered(t, seen, request);
  }
});
