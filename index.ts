/**
 * Proto41 as a library: read and build packets, judge frames by the rules, read and write captures, and run cases.
 *
 * What is exported here keeps its meaning within a major version (docs/library.md, docs/api.md).
 */

export * from './harness/address/index.ts';
export * from './harness/packet/index.ts';
export {
  CaptureError,
  decodeCapture,
  LinkType,
  readCaptureFile,
  readCaptureStream,
  writeCaptureFile,
  type CaptureContents,
  type CapturedFrame,
  type CaptureDirection,
  type FrameDescription,
} from './harness/capture/index.ts';
export { parseProfile, ProfileError, type Profile } from './harness/profile/index.ts';
export {
  createRuleEngine,
  type Finding,
  type FindingPlace,
  type JudgedFrame,
  type RuleContext,
  type RuleEngine,
} from './harness/rules/index.ts';
export { captureContext, type NodeFacts as CapturedNode } from './harness/check/context.ts';
export { runResultSchema, checkedResult } from './harness/runner/result-schema.ts';
export type { CaseResult, ExpectationOutcome, RequirementFacts, RunResult, RunStop } from './harness/runner/result.ts';
export type { Doubt, Verdict, Violation } from './harness/runner/verdict.ts';
export { exitCodeOf } from './harness/runner/exit-code.ts';
export { htmlReport } from './harness/report/html/html-report.ts';
export { loadRun } from './harness/report/html/load-run.ts';
export type { ReportedRun } from './harness/report/html/reported-run.ts';
export type { EvidenceFrame, EvidenceFrames } from './harness/report/evidence-frame.ts';
export { ctrfReport } from './harness/report/ctrf.ts';
export { junitReport } from './harness/report/junit.ts';
export { markdownReport } from './harness/report/markdown.ts';
export { sarifReport } from './harness/report/sarif/run-sarif.ts';
export { tapReport } from './harness/report/tap.ts';
export { runCommandLine } from './command-line.ts';
export { Proto41Error, isProto41Error } from './harness/errors.ts';
