import type { RunResult } from '../../../harness/runner/result.ts';
import { compareRuns } from '../../../harness/report/merge/compare-runs.ts';
import { comparisonLine, comparisonLines, comparisonMarkdown } from '../../../harness/report/merge/comparison-text.ts';
import { assert, suite } from '../../support/suite.ts';
import { caseResult, failed, HOSTILE, runResult } from '../fixtures.ts';

const test = suite('report/merge/compare-runs');

const BEFORE = runResult([
  caseResult({ id: 'same' }),
  caseResult({ id: 'breaks' }),
  failed({ id: 'mended' }),
  failed({ id: 'known' }),
  failed({ id: 'gone' }),
  caseResult({ id: 'softer' }),
]);
const AFTER = runResult([
  caseResult({ id: 'same' }),
  failed({ id: 'breaks' }),
  caseResult({ id: 'mended' }),
  failed({ id: 'known' }),
  caseResult({ id: 'new' }),
  failed({ id: 'new-failing' }),
  caseResult({ id: 'softer', verdict: 'warn' }),
]);

test('tells what fails newly, what was mended, what is as before', () => {
  const { changes, unchanged } = compareRuns(BEFORE, AFTER);
  assert.equal(Object.fromEntries(changes.map(({ id, change }) => [id, change])), {
    breaks: 'newly-failing',
    mended: 'newly-passing',
    known: 'still-failing',
    gone: 'removed',
    new: 'added',
    'new-failing': 'newly-failing',
    softer: 'changed',
  });
  assert.is(unchanged, 1);
});

test('a case of another profile is another case', () => {
  const { changes } = compareRuns(
    runResult([failed({ profile: '6to4' })]),
    runResult([failed({ profile: 'overlay' })]),
  );
  assert.equal(
    changes.map(({ change }) => change),
    ['newly-failing', 'removed'],
  );
});

test('an inconclusive case fails newly: it is no pass', () => {
  const undecided = caseResult({ verdict: 'inconclusive', doubts: [{ reason: 'lost' }] });
  assert.is(compareRuns(runResult([caseResult()]), runResult([undecided])).changes[0]?.change, 'newly-failing');
});

test('cases of which nothing is wrong are listed up to twenty, those that fail all', () => {
  const many = (make: typeof caseResult): RunResult =>
    runResult(Array.from({ length: 23 }, (_, index) => make({ id: `case-${String(index)}` })));
  const added = compareRuns(runResult([]), many(caseResult));
  assert.is(comparisonLines(added).at(-1), '  and 3 more; `report --json` has all');
  assert.match(comparisonMarkdown(added), '- and 3 more');
  assert.is(comparisonLines(compareRuns(runResult([]), many(failed))).length, 25);
});

test('the texts count and name every change, and carry nothing raw', () => {
  const comparison = compareRuns(BEFORE, AFTER);
  assert.is(
    comparisonLine(comparison),
    '2 newly failing, 1 newly passing, 1 failing as before, 1 another verdict, as expected as the one before, 1 not in the baseline, 1 only in the baseline, 1 unchanged',
  );
  assert.match(comparisonLines(comparison).join('\n'), 'breaks [overlay] pass → fail: expected DF set');
  const hostile = comparisonMarkdown(compareRuns(runResult([]), runResult([failed({ id: HOSTILE })])));
  assert.not.match(hostile, '<script>');
  assert.not.match(
    comparisonLines(compareRuns(runResult([]), runResult([failed({ id: HOSTILE })]))).join('\n'),
    /\p{Cc}31m/u,
  );
});

test.run();
