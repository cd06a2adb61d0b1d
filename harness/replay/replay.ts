import { describe } from '../packet/describe.ts';
import { tunnelPortsOf, parseProfile, type Profile } from '../profile/index.ts';
import { judgeWithRules } from '../runner/rule-judge.ts';
import { segmentFrames } from '../runner/rule-pass.ts';
import type { Testbed, TestbedUpOutcome } from '../tester/testbed-contract.ts';
import { Attribution } from './attribution.ts';
import type { OutputFrame } from './canonical.ts';
import { Comparison, type ComparedFinding, type RuleFindingNow } from './compare.ts';
import { play } from './play.ts';
import type { Recording } from './recording.ts';

/** What became of one replay. */
export type Replayed =
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'played';
      readonly findings: readonly ComparedFinding[];
      /** Everything that a rule finds, whether or not the original had it. */
      readonly rules: readonly RuleFindingNow[];
      /** What came out of the DUT, good packets of the tester left out. */
      readonly outputs: readonly OutputFrame[];
      readonly dutMacs: Recording['dutMacs'];
      /** Why absence proves nothing: no good packet came out of the DUT. */
      readonly dead: boolean;
    };

/** The profile whose words describe the frames of a recording. */
export const profileOf = ({ profileText, changes }: Recording): Profile =>
  parseProfile(changes.profileText ?? profileText);

export const describeFrame = ({ port, bytes }: OutputFrame, profile: Profile): string =>
  `${port}: ${describe(bytes, 'ethernet', tunnelPortsOf(profile))}`;

/** Plays a recording on a test bed, in the recording's own set-up, and compares what comes out with what was recorded. */
export const replay = async (testbed: Testbed, recording: Recording): Promise<Replayed> => {
  await testbed.down();
  const up: TestbedUpOutcome = await testbed.up(recording.changes);
  if (up.kind !== 'ready') return { kind: 'refused', reason: up.reason };
  // Not the name of the case, whose random choices the test bed would repeat for it.
  const scope = testbed.begin(`${recording.name}#replay`);
  const played = await play(scope.context, recording);
  const { segments, isDead } = scope.finish();
  if (played.refused !== undefined) return { kind: 'refused', reason: played.refused };
  const late = (await testbed.lateFrames()).map(({ frame }) => frame);
  const frames = [...played.frames, ...late];
  const attribution = new Attribution(recording);
  const markOf = (frame: Uint8Array): number | undefined => attribution.markOf(frame) ?? testbed.markOf?.(frame);
  const rules = segments.flatMap((segment) =>
    judgeWithRules(segment, segmentFrames(testbed.recorder, segment), markOf).findings.map(
      ({ requirement, actual, frameNumber }): RuleFindingNow => {
        const frame = frameNumber === undefined ? undefined : testbed.recorder.frame(frameNumber);
        // The very frame that was seen, by which the comparison finds it.
        const seen = frame === undefined ? undefined : (frames.find(({ number }) => number === frame.number) ?? frame);
        return { requirement, actual, ...(seen === undefined ? {} : { frame: seen }) };
      },
    ),
  );
  const comparison = new Comparison(recording, { frames, dutMacs: played.dutMacs });
  const causes = attribution.causesOf(frames);
  const dead = isDead === true;
  return {
    kind: 'played',
    findings: recording.findings.map((finding) => {
      const compared = comparison.compare(finding, rules);
      if (!dead || compared.state === 'different' || compared.now.length > 0) return compared;
      return {
        ...compared,
        state: 'undecided',
        because: 'no good packet came out of the target, so that silence says nothing',
      };
    }),
    rules,
    outputs: frames.filter((_, index) => causes[index] !== 'fence'),
    dutMacs: played.dutMacs,
    dead,
  };
};
