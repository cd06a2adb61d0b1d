import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { dscpEcn } from './area.ts';
import { CE, ECT_0, ECT_1, ecnName, EGRESS, NOT_ECT, type Codepoint } from './tables.ts';

const PIECE_BYTES = 104;
const INNER_BYTES = 300;

interface Train {
  readonly outer: readonly [Codepoint, Codepoint, Codepoint];
  readonly inner: Codepoint;
  /** What the fragments say together. */
  readonly together: Codepoint | 'drop';
}

/** RFC 3168 section 5.3: congestion that one fragment met is met by the packet, unless a fragment says that it knows no ECN. */
const TRAINS: readonly Train[] = [
  { outer: [ECT_0, CE, ECT_0], inner: ECT_0, together: CE },
  { outer: [CE, ECT_0, ECT_0], inner: ECT_0, together: CE },
  { outer: [ECT_0, ECT_0, CE], inner: ECT_0, together: CE },
  { outer: [ECT_1, CE, ECT_1], inner: ECT_1, together: CE },
  { outer: [NOT_ECT, CE, ECT_0], inner: ECT_0, together: 'drop' },
  { outer: [CE, NOT_ECT, ECT_0], inner: ECT_0, together: 'drop' },
  { outer: [ECT_0, ECT_0, ECT_0], inner: ECT_0, together: ECT_0 },
  { outer: [ECT_1, ECT_1, ECT_1], inner: ECT_1, together: ECT_1 },
  { outer: [CE, CE, CE], inner: ECT_0, together: CE },
  { outer: [NOT_ECT, NOT_ECT, NOT_ECT], inner: NOT_ECT, together: NOT_ECT },
];

const inFragments = (t: TestContext, { outer, inner }: Train): { whole: Stimulus; pieces: readonly Stimulus[] } => {
  const whole = {
    ...t.fromTunnel({ trafficClass: inner, lengthBytes: INNER_BYTES }),
    title: `tunnel packet with inner ${ecnName(inner)} in outer fragments with ${outer.map(ecnName).join(', ')}`,
  };
  const pieces = outer.map((tos, index) =>
    t.fragmentOf(whole, {
      offsetBytes: index * PIECE_BYTES,
      outer: { tos },
      ...(index < outer.length - 1 ? { lengthBytes: PIECE_BYTES } : {}),
    }),
  );
  return { whole, pieces };
};

// RFC 3168 section 5.3, RFC 9599 section 3.6: reassembly at the end of the tunnel never loses a mark of congestion, and never gives
// one to a packet of which a fragment was not ECN-capable.
dscpEcn.case('dscp-ecn.reassembly-ce', async (t) => {
  const trains = TRAINS.map((train) => ({ ...train, ...inFragments(t, train) }));
  const seen = await t.exchange(...trains.flatMap(({ pieces }) => pieces));
  for (const { inner, together, whole } of trains) {
    const merges = t.profile.switches.ecnDecap === '6040';
    const result = together === 'drop' || !merges ? (together === 'drop' ? together : inner) : EGRESS[inner][together];
    if (result === 'drop') {
      t.expectNothing(seen, whole);
      continue;
    }
    const delivered = t.expectDelivered(seen, whole);
    if (delivered === undefined) continue;
    const { frame, header } = delivered;
    t.expectEqual(`ECN on P (${whole.title})`, ecnName(header.trafficClass & 3), ecnName(result), { frame });
  }
});
