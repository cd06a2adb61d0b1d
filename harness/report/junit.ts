import junitReportBuilder, { type Builder, type TestCase } from 'junit-report-builder';
import type { CaseResult, RunResult } from '../runner/result.ts';
import { cdataText, printable } from './escape.ts';
import { failureBlock } from './failure-block.ts';
import { areaOf, lookupIn, type RequirementLookup } from './lookup.ts';
import { essence } from './verdict-line.ts';

// A cast, because the package declares an ES default export and ships CommonJS: what is imported is the builder itself.
const builder = junitReportBuilder as unknown as Builder;

/**
 * The run as JUnit XML: one test suite per profile, one test case per case. A test case fails exactly when its verdict is
 * unexpected, so that a CI server and the exit code agree: an expected deviation is skipped with its reason, a warning passes
 * with its text as output.
 */
export const junitReport = (result: RunResult): string => {
  const lookup = lookupIn(result);
  const report = builder.newBuilder().name(`proto41 ${printable(result.target)}`);
  for (const profile of new Set(result.cases.map((each) => each.profile))) {
    const suite = report
      .testSuite()
      .name(printable(profile))
      .timestamp(result.startedAt)
      .property('target', printable(result.target))
      .property('node', result.node.node)
      .property('kernel', printable(result.node.kernelRelease ?? ''))
      .property('seed', printable(result.seed));
    const cases = result.cases.filter((each) => each.profile === profile);
    suite.time(cases.reduce((sum, each) => sum + each.durationMs, 0) / 1000);
    for (const each of cases) describe(suite.testCase(), each, lookup);
  }
  if (result.stopped !== undefined) {
    const { code, reason } = result.stopped;
    report
      .testSuite()
      .name('run')
      .testCase()
      .className('proto41')
      .name('run')
      .error(printable(reason), printable(code), cdataText(reason));
  }
  return `${report.build()}\n`;
};

const describe = (testCase: TestCase, result: CaseResult, lookup: RequirementLookup): void => {
  const requirement = lookup(result.requirement);
  testCase
    .className(printable(`proto41.${areaOf(result.requirement, lookup)}`))
    .name(printable(result.id))
    .time(result.durationMs / 1000)
    .property('requirement', printable(result.requirement))
    .property('clause', printable(requirement?.sources ?? ''))
    .property('level', requirement?.level ?? '')
    .property('verdict', result.verdict)
    .property('evidence', printable(result.evidence ?? ''))
    .property('rerun', printable(result.rerun));
  const message = printable(essence(result));
  const block = cdataText(failureBlock(result, lookup).join('\n'));
  if (result.expectation.unexpected) {
    const undecided = result.verdict === 'error' || result.verdict === 'inconclusive';
    if (undecided) testCase.error(message, result.verdict, block);
    else
      testCase
        .failure(message, result.expectation.kind === 'mismatch' ? 'expectation' : result.verdict)
        .stacktrace(block);
    return;
  }
  if (result.expectation.kind === 'expected' || result.verdict === 'skip') skip(testCase, message);
  if (result.verdict !== 'pass' && result.verdict !== 'skip') testCase.standardOutput(block);
};

/** The builder writes `<skipped/>` without the reason, which is the part that a reader needs. */
const skip = (testCase: TestCase, message: string): void => {
  testCase.skipped();
  const build = testCase.build.bind(testCase);
  testCase.build = (parent) => {
    const element = build(parent);
    for (const child of element.children) if (isSkipped(child)) child.att('message', message);
    return element;
  };
};

type XmlElement = ReturnType<TestCase['build']>;

const isSkipped = (node: XmlElement['children'][number]): node is XmlElement =>
  'name' in node && node.name === 'skipped';
