import { describe } from '../packet/describe.ts';
import { tunnelPortsOf, type Profile } from '../profile/index.ts';
import { createRuleEngine, ruleContextOf, type Finding, type JudgedFrame } from '../rules/index.ts';
import type { RecordedFrame } from '../wire/recorder.ts';
import type { JudgeFrames, RuleFinding } from './rule-pass.ts';

/** The rules as every run uses them: a new engine for each segment, because what it remembers ends with the set-up. */
export const judgeWithRules: JudgeFrames = (segment, frames, markOf) => {
  const engine = createRuleEngine(ruleContextOf(segment.lab, segment));
  const byNumber = new Map(frames.map((frame) => [frame.number, frame]));
  const findings = frames.flatMap((frame) => engine.judge(judgedFrame(frame, markOf?.(frame.bytes))));
  findings.push(...engine.finish());
  return {
    findings: findings.map((finding) => ruleFinding(finding, byNumber.get(finding.frameNumber), segment.lab.profile)),
    judgedFrames: engine.judged,
  };
};

const judgedFrame = (
  { number, port, direction, timestampNs, bytes }: RecordedFrame,
  mark: number | undefined,
): JudgedFrame => ({
  number,
  port,
  direction: direction === 'outbound' ? 'from-dut' : 'to-dut',
  timestampNs,
  bytes,
  ...(mark === undefined ? {} : { mark }),
});

const ruleFinding = (
  { requirement, expected, actual, frameNumber }: Finding,
  frame: RecordedFrame | undefined,
  profile: Profile,
): RuleFinding => ({
  requirement,
  expected,
  actual,
  frameNumber,
  ...(frame === undefined
    ? {}
    : { frame: `${frame.port}: ${describe(frame.bytes, 'ethernet', tunnelPortsOf(profile))}` }),
});
