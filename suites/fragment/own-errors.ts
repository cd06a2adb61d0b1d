import { destinationOptions, fromHex, PROTOCOL } from '../../harness/packet/index.ts';
import type { Icmpv6Expectation, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { fragment } from './area.ts';
import { ownEcho, ownPiece, ownPieces, type OwnPiece } from './own-vectors.ts';

const PARAMETER_PROBLEM = 4;
const TIME_EXCEEDED = 3;
const PAYLOAD_LENGTH_AT = 4;
/** Of a Fragment header directly behind the IPv6 header. */
const FRAGMENT_OFFSET_AT = 42;
/** Just under the largest offset, so that 16 bytes there end behind byte 65535. */
const LAST_OFFSET_BYTES = 65_528;
const INCOMPLETE_HEADER_CHAIN = 3;

interface Wrong {
  readonly what: string;
  readonly piece: OwnPiece;
  readonly code: number;
  readonly pointer: number;
}

const SIXTEEN = new Uint8Array(16).fill(0x41);
/** Eight bytes long: an option that nodes that do not know it pass over. */
const OPTIONS = destinationOptions({ options: fromHex('1e0401020304') });

const WRONG: readonly Wrong[] = [
  {
    what: 'whose length is no multiple of 8 although more follow',
    piece: { offsetBytes: 0, lengthBytes: 44 },
    code: 0,
    pointer: PAYLOAD_LENGTH_AT,
  },
  {
    what: 'in the middle whose length is no multiple of 8 although more follow',
    piece: { offsetBytes: 48, lengthBytes: 17 },
    code: 0,
    pointer: PAYLOAD_LENGTH_AT,
  },
  {
    what: 'that ends behind byte 65535',
    piece: { offsetBytes: LAST_OFFSET_BYTES, bytes: SIXTEEN, moreFragments: false },
    code: 0,
    pointer: FRAGMENT_OFFSET_AT,
  },
  {
    what: 'behind Destination Options that ends behind byte 65535',
    piece: { offsetBytes: LAST_OFFSET_BYTES, bytes: SIXTEEN, moreFragments: false, before: [OPTIONS] },
    code: 0,
    pointer: FRAGMENT_OFFSET_AT + 8,
  },
  {
    what: 'the first one, that ends within the header of TCP',
    piece: { offsetBytes: 0, bytes: SIXTEEN, moreFragments: true, nextHeader: PROTOCOL.TCP },
    code: INCOMPLETE_HEADER_CHAIN,
    pointer: 0,
  },
  {
    what: 'the first one, that ends within Destination Options',
    piece: {
      offsetBytes: 0,
      bytes: Uint8Array.of(PROTOCOL.UDP, 3, 1, 28, 0, 0, 0, 0),
      moreFragments: true,
      nextHeader: PROTOCOL.DESTINATION_OPTIONS,
    },
    code: INCOMPLETE_HEADER_CHAIN,
    pointer: 0,
  },
];

const overTunnel = (
  t: TestContext,
  fields: Pick<Icmpv6Expectation, 'type' | 'codes' | 'parameter'>,
): Icmpv6Expectation => ({
  ...fields,
  via: t.lab.n2.ipv4,
});

// RFC 8200 section 4.5: a fragment to the node itself that cannot be right is answered with Parameter Problem: code 0 at the Payload
// Length for a length that is no multiple of 8, code 0 at the Fragment Offset for an end behind byte 65535, code 3 at 0 for a first
// fragment without the whole header chain.
fragment.case('fragment.own-errors', { errors: 'expected' }, async (t) => {
  for (const [index, { what, piece, code, pointer }] of WRONG.entries()) {
    // Each from a pod of its own: errors to one destination are few per second.
    const source = t.lab.n2.pod(index + 1);
    const request = ownEcho(t, `IPv6 fragment ${what}`, { source });
    const seen = await t.exchange(ownPiece(t, request, piece));
    t.expectIcmpv6(seen, request.whole, overTunnel(t, { type: PARAMETER_PROBLEM, codes: [code], parameter: pointer }));
  }
});

const TIMEOUT_MS = 60_000;
/** Timers of a kernel are no stop watches. */
const TOLERANCE_MS = 5000;

// RFC 8200 section 4.5: what is not complete 60 seconds after its first fragment came is discarded, and answered with Time Exceeded,
// code 1, if the fragment at offset 0 is there.
fragment.case(
  'fragment.own-errors',
  { variant: 'timeout', slow: true, waitSeconds: 65, errors: 'expected' },
  async (t) => {
    const requests = [
      { what: 'without its first IPv6 fragment', kept: [1, 2], pod: 21 },
      { what: 'without its last IPv6 fragment', kept: [0, 1], pod: 22 },
      { what: 'without its middle IPv6 fragment', kept: [0, 2], pod: 23 },
    ].map(({ what, kept, pod }) => {
      const request = ownEcho(t, `echo request ${what}`, { source: t.lab.n2.pod(pod) });
      const pieces = ownPieces(t, request, [32, 32]);
      const sent = kept.flatMap((index) => pieces.slice(index, index + 1));
      const missing = pieces.filter((_, index) => !kept.includes(index));
      return { request, sent, missing, isDue: kept.includes(0) };
    });
    const clock = t.fromTunnel();
    const due = requests.filter(({ isDue }) => isDue);
    const seen = await t.watch(
      {
        forMs: TIMEOUT_MS + TOLERANCE_MS,
        until: (soFar) => due.every(({ request }) => soFar.icmpv6Errors(request.whole).length > 0),
      },
      clock,
      ...requests.flatMap(({ sent }) => sent),
    );
    const startNs = t.expectDelivered(seen, clock)?.frame.timestampNs;
    for (const { request, isDue } of requests) {
      if (!isDue) {
        t.expectNothing(seen, request.whole);
        continue;
      }
      const error = t.expectIcmpv6(
        seen,
        request.whole,
        overTunnel(t, { type: TIME_EXCEEDED, codes: [1], parameter: 0 }),
      );
      if (error === undefined || startNs === undefined) continue;
      const afterMs = Number((error.frame.timestampNs - startNs) / 1_000_000n);
      const isInTime = Math.abs(afterMs - TIMEOUT_MS) <= TOLERANCE_MS;
      t.expectEqual(
        'Time Exceeded 60 s after the first fragment:',
        isInTime ? 'yes' : `after ${String(Math.round(afterMs / 1000))} s`,
        'yes',
        { frame: error.frame },
      );
    }
    await expectTooLate(
      t,
      requests.flatMap(({ missing }) => missing),
      requests.map(({ request }) => request.whole),
    );
  },
);

/** What completes a packet now completes nothing any more. */
const expectTooLate = async (
  t: TestContext,
  pieces: readonly Stimulus[],
  wholes: readonly Stimulus[],
): Promise<void> => {
  const seen = await t.exchange(...pieces);
  for (const whole of wholes) t.expectNothing(seen, whole);
};
