import type { CaseResult, RunResult } from '../runner/result.ts';
import { printable } from './escape.ts';
import { failureBlock } from './failure-block.ts';
import { lookupIn, type RequirementLookup } from './lookup.ts';
import { isExpectedDeviation } from './summary.ts';
import { essence } from './verdict-line.ts';

type CtrfStatus = 'passed' | 'failed' | 'skipped' | 'pending' | 'other';

/**
 * The run in the Common Test Report Format (ctrf.io, specification 0.0.0). As in JUnit and TAP a test fails exactly when its verdict is
 * unexpected; declared deviations and what does not apply are skipped.
 */
export const ctrfReport = (result: RunResult): string => {
  const lookup = lookupIn(result);
  const tests = result.cases.map((each) => testOf(each, lookup));
  const count = (status: CtrfStatus): number => tests.filter((test) => test.status === status).length;
  const startMs = Date.parse(result.startedAt);
  const report = {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    results: {
      tool: { name: 'proto41', version: result.tool.version },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
        pending: count('pending'),
        other: count('other'),
        start: startMs,
        stop: startMs + Math.round(result.durationMs),
      },
      tests,
      environment: {
        testEnvironment: printable([result.target, result.node.node, result.node.kernelRelease ?? ''].join(' ').trim()),
      },
      extra: {
        seed: printable(result.seed),
        strict: result.strict,
        interrupted: result.interrupted,
        ...(result.stopped && { stopped: result.stopped }),
      },
    },
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
};

const testOf = (result: CaseResult, lookup: RequirementLookup) => {
  const requirement = lookup(result.requirement);
  const status = statusOf(result);
  const message = printable(essence(result));
  return {
    name: printable(result.id),
    suite: [printable(result.profile)],
    status,
    rawStatus: result.verdict,
    duration: Math.round(result.durationMs),
    ...(message === '' ? {} : { message }),
    ...(status === 'failed' ? { trace: failureBlock(result, lookup).join('\n') } : {}),
    ...(result.repeats !== undefined && new Set(result.repeats).size > 1 ? { flaky: true } : {}),
    extra: {
      requirement: printable(result.requirement),
      clause: printable(requirement?.sources ?? ''),
      level: requirement?.level ?? '',
      evidence: printable(result.evidence ?? ''),
      rerun: printable(result.rerun),
    },
  };
};

const statusOf = (result: CaseResult): CtrfStatus => {
  if (result.expectation.unexpected) return 'failed';
  if (isExpectedDeviation(result) || result.verdict === 'skip') return 'skipped';
  return 'passed';
};
