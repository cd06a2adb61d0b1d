import type { Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { isIcmpv4Error } from '../decap/judging.ts';

/** Errors of the underlay about a datagram: ICMPv4, or native ICMPv6 where the outer header is IPv6. */
const underlayErrors = (t: TestContext, seen: Seen, stimulus: Stimulus): readonly SeenFrame[] => {
  if (t.profile.switches.outerFamily === 'ipv4') return seen.of(stimulus).filter(isIcmpv4Error);
  return seen
    .icmpv6Errors(stimulus)
    .filter(({ tunnel, frame }) => tunnel === undefined && frame.port !== 'P')
    .map(({ frame }) => frame);
};

/** What came of a datagram that was for no tunnel, apart from errors of the underlay about it. */
export const takenAs = (t: TestContext, seen: Seen, stimulus: Stimulus): readonly SeenFrame[] => {
  const errors = underlayErrors(t, seen, stimulus);
  return seen.of(stimulus).filter((frame) => !errors.includes(frame));
};

/** The packet went nowhere. That the sender is told so by the underlay is tolerated. */
export const expectNotTaken = (t: TestContext, stimulus: Stimulus, taken: readonly SeenFrame[]): void => {
  const [frame] = taken;
  t.expectEqual(`frames caused by the ${stimulus.title}:`, taken.length, 0, frame === undefined ? {} : { frame });
};
