import { consoleReport, summaryLine } from '../../harness/report/console.ts';
import { durationText } from '../../harness/report/duration.ts';
import { failureBlock } from '../../harness/report/failure-block.ts';
import { tableLines, wrap } from '../../harness/report/layout.ts';
import { summarize } from '../../harness/report/summary.ts';
import { isNoteworthy, verdictLine } from '../../harness/report/verdict-line.ts';
import { paletteFor, wantsColors } from '../../harness/report/palette.ts';
import { assert, suite } from '../support/suite.ts';
import { caseResult, everyKind, failed, lookup, runResult, violation } from './fixtures.ts';

const test = suite('report/console');
const STOPPED = { interrupted: true, stopped: { code: 'NODE_DIED', reason: 'QEMU ended:\n\u001b[2Jsignal 9' } };

test('a failure block names clause, alternatives, bytes, evidence and the command', () => {
  assert.equal(failureBlock(failed(), lookup, { folder: './out' }), [
    'FAIL encap.df-flag [overlay] DF follows the MTU mode',
    '  clause    encap.df-flag, MUST, RFC 4213 §3.2.2, RFC 791',
    '            With path MTU discovery the outer DF bit is set.',
    '  expected  DF set',
    '        or  a fragment train with DF clear',
    '  actual    DF clear',
    '  bytes     field       offset  expected  found  bytes',
    '            ipv4.flags      20  2         0',
    '  frame     #7 U IPv4 10.0.0.1 > 10.0.0.2 proto 41, 100 bytes, checksum good',
    '  evidence  ./out/evidence/encap.df-flag.pcapng, frame 7',
    "  rerun     npm start -- run --case 'encap.df-flag'",
  ]);
});

test('a run of which only skips are left says why, and one that has more to tell does not', () => {
  const skip = (id: string, reason: string) => caseResult({ id, verdict: 'skip', reason });
  const only = consoleReport(runResult([skip('a', 'no tunnel\u001b[2J'), skip('b', 'other'), skip('c', 'other')]));
  assert.match(only, 'Every case was skipped');
  assert.match(only, '  1: no tunnel\\x1b[2J');
  assert.match(only, '  2: other');
  assert.not.match(consoleReport(runResult([skip('a', 'other'), caseResult()])), 'Every case was skipped');
});

test('a block shows the clause of every violation, and one that the catalogue does not know by its id', () => {
  const text = failureBlock(
    failed({
      violations: [violation(), violation({ requirement: 'decap.source' }), violation({ requirement: 'x.y' })],
    }),
    lookup,
  ).join('\n');
  assert.match(text, 'clause    encap.df-flag, MUST');
  assert.match(text, 'clause    decap.source, SHOULD');
  assert.match(text, 'clause    x.y');
});

test('of many violations the first five are shown, each clause once', () => {
  const text = failureBlock(failed({ violations: Array.from({ length: 8 }, () => violation()) }), lookup).join('\n');
  assert.is(text.split('  clause ').length - 1, 1);
  assert.is(text.split('  actual ').length - 1, 5);
  assert.match(text, '  and 3 more violations, see results.json');
});

test('an unexpected pass is explained by what was declared', () => {
  const result = caseResult({
    expectation: { kind: 'mismatch', unexpected: true, reason: 'declared to fail, but passed' },
  });
  assert.match(failureBlock(result, lookup).join('\n'), 'declared  declared to fail, but passed');
  assert.ok(isNoteworthy(result));
  assert.not.ok(isNoteworthy(caseResult()));
});

test('the report ends with exactly one summary line, and quiet leaves nothing else', () => {
  const result = runResult([caseResult(), failed()]);
  const line =
    'FAIL linux-sit on vm (6.1.0, tcg), overlay: 1 pass, 1 fail; 1 unexpected; 9.1 s (boot 5.2 s, cases 3.9 s); results in ./out';
  assert.is(summaryLine(result, { folder: './out' }), line);
  assert.is(consoleReport(result, { folder: './out', quiet: true }), `${line}\n`);
  const report = consoleReport(result, { folder: './out' });
  assert.ok(report.endsWith(`\n\n${line}\n`));
  assert.is(report.split(line).length, 2);
});

test('the first word of the summary tells the outcome', () => {
  const word = (...parameters: Parameters<typeof runResult>): string =>
    summaryLine(runResult(...parameters)).split(' ')[0] ?? '';
  assert.is(word([caseResult()]), 'PASS');
  assert.is(word([failed()]), 'FAIL');
  assert.is(word([caseResult()], { interrupted: true }), 'INTERRUPTED');
  assert.is(word([failed()], { interrupted: true }), 'FAIL');
  assert.is(word([caseResult(), caseResult({ verdict: 'inconclusive' })]), 'FAIL');
  assert.is(word([caseResult({ verdict: 'inconclusive' })]), 'INCONCLUSIVE');
  assert.is(word([]), 'INCONCLUSIVE');
  assert.is(word([caseResult()], STOPPED), 'STOPPED');
});

test('a run that was cut short says so, whatever came of it', () => {
  assert.match(summaryLine(runResult([failed()], { interrupted: true })), '1 unexpected; cut short; 9.1 s');
});

test('verdicts are counted by area, expected deviations apart', () => {
  const deviation = failed({ expectation: { kind: 'expected', unexpected: false, reason: 'known' } });
  const result = runResult([
    caseResult(),
    deviation,
    caseResult({ id: 'decap.source', requirement: 'decap.source', verdict: 'warn' }),
  ]);
  const summary = summarize(result);
  assert.is(summary.counts.fail, 0);
  assert.is(summary.expectedDeviations, 1);
  assert.equal(
    summary.areas.map(({ area, counts, expectedDeviations }) => [area, counts.pass, counts.warn, expectedDeviations]),
    [
      ['encap', 1, 0, 1],
      ['decap', 0, 1, 0],
    ],
  );
  const report = consoleReport(result);
  assert.match(report, 'Expected deviations of linux-sit\n  known\n      encap.df-flag fail [overlay]');
  assert.match(report, /^area +pass +fail +warn +skip +inconclusive +error +expected$/m);
  assert.match(report, /^all +1 +\. +1 +\. +\. +\. +1$/m);
});

test('a node that failed is named before the summary, whatever was seen until then', () => {
  const report = consoleReport(runResult([caseResult()], STOPPED));
  assert.match(
    report,
    'The run was stopped: the target or its node failed [NODE_DIED]\n  QEMU ended:\n  \\x1b[2Jsignal 9\n\nSTOPPED linux-sit',
  );
});

test('a violation that many frames or another case showed says so', () => {
  const block = failureBlock(
    failed({ violations: [violation({ count: 3, seenIn: 'x.y', evidence: 'evidence/x.y.pcapng' })] }),
    lookup,
  ).join('\n');
  assert.match(block, 'actual    DF clear (in 3 frames) (seen in case x.y)');
  assert.match(block, 'evidence  evidence/x.y.pcapng, frame 7');
});

test('nothing that a target says reaches the terminal raw', () => {
  const result = runResult(everyKind(), { target: '\u001b[2Jt' });
  const text = [consoleReport(result, { folder: './o' }), ...everyKind().map((each) => verdictLine(each))].join('\n');
  assert.not.match(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}]/u);
  assert.match(text, '\\x1b[31mred');
  assert.not.match(text, /^not ok 99/m);
});

test('colours need a terminal and no NO_COLOR', () => {
  assert.ok(wantsColors({ isTTY: true }, {}));
  assert.not.ok(wantsColors({ isTTY: true }, { NO_COLOR: '1' }));
  assert.not.ok(wantsColors({ isTTY: true }, { NO_COLOR: '1', FORCE_COLOR: '1' }));
  assert.not.ok(wantsColors({ isTTY: true }, { TERM: 'dumb' }));
  assert.not.ok(wantsColors({}, {}));
  assert.ok(wantsColors({}, { FORCE_COLOR: '1' }));
  assert.match(verdictLine(failed(), paletteFor({ isTTY: true }, {})), '\u001b[31mfail');
});

test('durations, tables and lines fit people', () => {
  assert.equal([0.44, 12.4, 3_420, 59_960, 125_000].map(durationText), [
    '0.4 ms',
    '12 ms',
    '3.4 s',
    '1 min 00 s',
    '2 min 05 s',
  ]);
  assert.equal(wrap('aa bb cc', 5), ['aa bb', 'cc']);
  assert.equal(wrap('averylongword b', 5), ['averylongword', 'b']);
  assert.equal(
    tableLines({
      header: ['a', 'n'],
      rows: [
        ['long', '1'],
        ['x', '22'],
      ],
      numeric: [1],
    }),
    ['a      n', 'long   1', 'x     22'],
  );
});

test.run();
