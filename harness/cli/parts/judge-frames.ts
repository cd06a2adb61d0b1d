import { describe } from '../../packet/index.ts';
import { createRuleEngine, ruleContextOf, type Finding, type JudgedFrame } from '../../rules/index.ts';
import type { JudgeFrames, RuleFinding } from '../../runner/rule-pass.ts';
import type { RecordedFrame } from '../../wire/recorder.ts';

/** The rules over the frames of a segment: each engine begins afresh, because state does not outlive a restart of the DUT. */
export const judgeFrames: JudgeFrames = ({ lab, underlayMtuBytes }, frames, markOf) => {
  const engine = createRuleEngine(ruleContextOf(lab, { underlayMtuBytes }));
  const findings = frames.flatMap((frame) => engine.judge(judgedFrame(frame, markOf?.(frame.bytes))));
  findings.push(...engine.finish());
  const byNumber = new Map(findings.length === 0 ? [] : frames.map((frame) => [frame.number, frame]));
  return {
    findings: findings.map((finding) => ruleFinding(finding, byNumber.get(finding.frameNumber))),
    judgedFrames: engine.judged,
  };
};

/** The recorder names directions as the DUT sees them. */
const judgedFrame = (
  { number, port, direction, timestampNs, bytes }: RecordedFrame,
  mark: number | undefined,
): JudgedFrame => ({
  number,
  port,
  direction: direction === 'outbound' ? 'from-dut' : direction === 'inbound' ? 'to-dut' : 'unknown',
  timestampNs,
  bytes,
  ...(mark === undefined ? {} : { mark }),
});

const ruleFinding = (
  { requirement, expected, actual, frameNumber }: Finding,
  frame: RecordedFrame | undefined,
): RuleFinding => ({
  requirement,
  expected,
  actual,
  frameNumber,
  ...(frame === undefined ? {} : { frame: `${frame.port}: ${describe(frame.bytes)}` }),
});
