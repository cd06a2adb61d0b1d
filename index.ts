/**
 * Proto41 as a library: read and build packets, judge frames by the rules, read and write captures, and run cases.
 *
 * What is exported here keeps its meaning within a major version (docs/library.md).
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
  type CapturedFrame,
  type CaptureDirection,
} from './harness/capture/index.ts';
export { parseProfile, ProfileError, type Profile } from './harness/profile/index.ts';
export { createRuleEngine, type Finding, type JudgedFrame, type RuleEngine } from './harness/rules/index.ts';
export { runResultSchema, checkedResult } from './harness/runner/result-schema.ts';
export type { CaseResult, RunResult } from './harness/runner/result.ts';
export { exitCodeOf } from './harness/runner/exit-code.ts';
export { htmlReport } from './harness/report/html/html-report.ts';
export { runCommandLine } from './command-line.ts';
export { Proto41Error, isProto41Error } from './harness/errors.ts';
