import { compareKernels, type KernelRun } from '../../harness/report/kernel-comparison.ts';
import {
  exitCodeOfKernels,
  kernelTableJson,
  kernelTableMarkdown,
  kernelTableText,
} from '../../harness/report/kernel-table.ts';
import type { CaseResult } from '../../harness/runner/result.ts';
import { assert, suite } from '../support/suite.ts';
import { caseResult, failed, runResult } from './fixtures.ts';

const test = suite('report/kernel-comparison');

const SOURCE = { id: 'decap.source', requirement: 'decap.source' } as const;
const declared = failed({ expectation: { kind: 'expected', unexpected: false, reason: 'known' } });

const run = (kernel: string, exitCode: number, ...cases: readonly CaseResult[]): KernelRun => ({
  kernel,
  exitCode,
  result: runResult(cases, { node: { node: 'vm', kernelRelease: `${kernel}-1`, phases: [] } }),
});

const THREE: readonly KernelRun[] = [
  run('old', 0, declared, caseResult(SOURCE)),
  run('new', 1, caseResult(), caseResult({ ...SOURCE, verdict: 'skip' }), failed({ ...SOURCE, id: 'decap.source/b' })),
  { kernel: 'none', exitCode: 3, failure: 'no such kernel' },
];

test('each requirement stands once, with the worst of its cases on every kernel', () => {
  const { rows, kernels, releases } = compareKernels(THREE);
  assert.equal(kernels, ['old', 'new', 'none']);
  assert.equal(releases, ['old-1', 'new-1', undefined]);
  assert.equal(
    rows.map(({ requirement, verdicts }) => [requirement, ...verdicts]),
    [
      ['encap.df-flag', 'expected', 'pass', 'not run'],
      ['decap.source', 'pass', 'fail', 'not run'],
    ],
  );
  assert.equal(
    rows.map(({ differs, unexpected }) => [differs, unexpected]),
    [
      [true, false],
      [true, true],
    ],
  );
});

test('the text shows what differs or was not expected, and the rest only when asked', () => {
  const alike = [run('old', 0, caseResult(), caseResult(SOURCE)), run('new', 0, caseResult(), failed(SOURCE))];
  const text = kernelTableText(compareKernels(alike));
  assert.match(text, /^\* +decap\.source +pass +fail$/m);
  assert.not.match(text, /encap\.df-flag/);
  assert.match(text, /1 more requirement, on which all kernels are alike/);
  assert.match(kernelTableText(compareKernels(alike), { all: true }), /^ +encap\.df-flag +pass +pass$/m);
});

test('a kernel that did not boot is said with its reason, and ends the run with 3', () => {
  const text = kernelTableText(compareKernels(THREE));
  assert.match(text, /none:\n {2}no such kernel/);
  assert.match(
    text,
    /STOPPED old \(old-1\) PASS, new \(new-1\) FAIL, none STOPPED: 2 requirements, the kernels differ on 2/,
  );
  assert.is(exitCodeOfKernels([0, 1, 3]), 3);
  assert.is(exitCodeOfKernels([0, 1, 4]), 1);
  assert.is(exitCodeOfKernels([0, 4]), 4);
  assert.is(exitCodeOfKernels([0, 0]), 0);
  assert.is(exitCodeOfKernels([1, 130]), 130);
});

test('Markdown has every row, JSON also the whole runs', () => {
  const comparison = compareKernels(THREE);
  const markdown = kernelTableMarkdown(comparison);
  assert.match(markdown, /\| {2}\| requirement \| old old-1 \| new new-1 \| none not booted \|/);
  assert.match(markdown, /\| \*\*differs\*\* \| decap\.source \| pass \| fail \| \\?- \|/);
  const json: unknown = JSON.parse(kernelTableJson(comparison, THREE));
  assert.ok(typeof json === 'object' && json !== null && 'requirements' in json && 'runs' in json);
  assert.equal(json.requirements, [
    {
      requirement: 'encap.df-flag',
      verdicts: { old: 'expected', new: 'pass', none: 'not run' },
      differs: true,
      unexpected: false,
    },
    {
      requirement: 'decap.source',
      verdicts: { old: 'pass', new: 'fail', none: 'not run' },
      differs: true,
      unexpected: true,
    },
  ]);
  assert.is(Array.isArray(json.runs) ? json.runs.length : -1, 2);
});

test.run();
