import { githubAnnotations, withoutCommands } from '../../harness/report/github.ts';
import { assert, suite } from '../support/suite.ts';
import { caseResult, everyKind, failed, HOSTILE, runResult, violation } from './fixtures.ts';

const test = suite('report/github');

test('an unexpected verdict is an error, a warning a warning, everything else nothing', () => {
  const cases = [
    caseResult(),
    failed(),
    caseResult({ verdict: 'warn', violations: [violation()] }),
    caseResult({ verdict: 'skip', reason: 'x' }),
    failed({ expectation: { kind: 'expected', unexpected: false, reason: 'known' } }),
  ];
  const lines = githubAnnotations(runResult(cases)).trimEnd().split('\n');
  assert.is(lines.length, 2);
  assert.match(lines[0] ?? '', /^::error title=fail encap\.df-flag \[overlay\]::expected DF set/);
  assert.match(lines[1] ?? '', /^::warning title=warn /);
});

test('no text of a target ends a command or begins one', () => {
  const hostile = failed({
    id: `a::b,c%0A::error::${HOSTILE}`,
    violations: [violation({ actual: `${HOSTILE}\n::error::x` })],
  });
  const text = githubAnnotations(runResult([hostile, ...everyKind(`${HOSTILE}\n::error::x`)]));
  for (const line of text.trimEnd().split('\n')) assert.match(line, /^::(error|warning) title=[^:]*::/);
  assert.not.match(text, /%0A/);
});

test('what GitHub would not show is counted', () => {
  const lines = githubAnnotations(runResult(Array.from({ length: 25 }, () => failed())))
    .trimEnd()
    .split('\n');
  assert.is(lines.length, 10);
  assert.match(lines.at(-1) ?? '', 'and 16 more');
});

test('text of a target is no command of the service', () => {
  const [stop = '', text, again] = withoutCommands('  ::add-mask::x\n').split('\n');
  assert.match(stop, /^::stop-commands::[-0-9a-f]{36}$/);
  assert.is(text, '  ::add-mask::x');
  assert.is(again, `::${stop.replace('::stop-commands::', '')}::`);
  assert.is.not(withoutCommands(''), withoutCommands(''));
});

test.run();
