import { describe } from '../packet/describe.ts';
import { tunnelPortsOf, type Profile } from '../profile/index.ts';
import { createRuleEngine, ruleContextOf, type Finding, type JudgedFrame } from '../rules/index.ts';
import type { RecordedFrame } from '../wire/recorder.ts';
import type { JudgeFrames, RuleFinding } from './rule-pass.ts';

/** The rules as every run uses them: a new engine for each segment, because what it remembers ends with the set-up. */
export const judgeWithRules: JudgeFrames = (segment, frames, markOf) => {
  if (segment.secondTunnel === true) return { findings: [], judgedFrames: new Map() };
  const engine = createRuleEngine(ruleContextOf(segment.lab, segment));
  const findings: Finding[] = [];
  for (const frame of frames) {
    const found = engine.judge(judgedFrame(frame, markOf?.(frame.bytes)));
    // Almost every frame is right, so nothing is gathered for those.
    if (found.length > 0) findings.push(...found);
  }
  findings.push(...engine.finish());
  const byNumber = new Map(findings.length === 0 ? [] : frames.map((frame) => [frame.number, frame]));
  return {
    findings: findings.map((finding) => ruleFinding(finding, byNumber.get(finding.frameNumber), segment.lab.profile)),
    judgedFrames: engine.judged,
  };
};

const judgedFrame = (
  { number, port, direction, timestampNs, bytes }: RecordedFrame,
  mark: number | undefined,
): JudgedFrame => {
  const seenFrom = direction === 'outbound' ? 'from-dut' : 'to-dut';
  return mark === undefined
    ? { number, port, direction: seenFrom, timestampNs, bytes }
    : { number, port, direction: seenFrom, timestampNs, bytes, mark };
};

const ruleFinding = (
  { requirement, expected, actual, frameNumber, ...place }: Finding,
  frame: RecordedFrame | undefined,
  profile: Profile,
): RuleFinding => ({
  requirement,
  expected,
  actual,
  frameNumber,
  ...(place.offset === undefined ? {} : { place }),
  ...(frame === undefined
    ? {}
    : { frame: `${frame.port}: ${describe(frame.bytes, 'ethernet', tunnelPortsOf(profile))}` }),
});
