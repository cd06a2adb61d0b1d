import type { Icmpv6Message, Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { innerHeaders } from '../decap/judging.ts';

/** What may become of a pod packet that is not encapsulated. */
export interface RefusalOptions {
  /** Whether the pod may be told with one ICMPv6 Destination Unreachable, or is only better not told. */
  readonly error: 'allowed' | 'discouraged';
  /** It is for a neighbour of the pod, so that it may go back to the link where it came from, and the pod may be told so. */
  readonly isForPodLink?: boolean;
}

const DESTINATION_UNREACHABLE = 1;

const isRefusal = ({ type, tunnel, frame }: Icmpv6Message): boolean =>
  type === DESTINATION_UNREACHABLE && tunnel === undefined && frame.port === 'P';

/** Nothing on the underlay, and on P at most one Destination Unreachable to the pod. */
export const expectNotEncapsulated = (
  t: TestContext,
  seen: Seen,
  stimulus: Stimulus,
  { error, isForPodLink = false }: RefusalOptions,
): void => {
  const [refusal] = seen.icmpv6Errors(stimulus).filter(isRefusal);
  const others = seen.of(stimulus).filter((frame) => frame !== refusal?.frame && !(isForPodLink && frame.port === 'P'));
  const [first] = others;
  const options = first === undefined ? {} : { frame: first };
  t.expectEqual(`frames caused by the ${stimulus.title}:`, others.length, 0, options);
  if (refusal === undefined || error === 'allowed') return;
  const actual = `ICMPv6 type 1 code ${String(refusal.code)} after the ${stimulus.title}`;
  t.violation('nothing on any port', actual, { frame: refusal.frame, tolerated: true });
};

/** Pod packets that must stay off the underlay, beside some that must not. */
export const expectNotEncapsulatedBeside = async (
  t: TestContext,
  controls: readonly Stimulus[],
  refused: readonly Stimulus[],
  options: RefusalOptions,
): Promise<void> => {
  const seen = await t.exchange(...refused, ...controls);
  for (const stimulus of refused) expectNotEncapsulated(t, seen, stimulus, options);
  for (const control of controls) t.expectTunnelled(seen, control);
};

/** An ICMPv4 or ICMPv6 message, native or in the tunnel, whatever it says. */
export const isIcmp = (frame: SeenFrame): boolean =>
  [...frame.decoded.layers, ...innerHeaders(frame).layers].some(({ kind }) => kind === 'icmpv4' || kind === 'icmpv6');
