/** The test runner against fixtures that plain uvu reports as success, or never reports at all. */

import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { assert, suite } from './suite.ts';

const RUNNER = fileURLToPath(new URL('../run.ts', import.meta.url));
const FIXTURES = fileURLToPath(new URL('../fixtures/uvu/', import.meta.url));

async function runTests(...parameters: string[]) {
  const result = await execa(process.execPath, ['--import', 'tsx', RUNNER, ...parameters], {
    all: true,
    reject: false,
    env: { NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  return { exitCode: result.exitCode, output: result.all, lastLine: result.stdout.split('\n').at(-1) };
}

interface Expected {
  readonly fixture: string;
  readonly behaviour: string;
  readonly lastLine: string;
  readonly exitCode?: number;
  readonly output: readonly string[];
}

const EXPECTATIONS: readonly Expected[] = [
  {
    fixture: 'passing',
    behaviour: 'passes, and lists what is skipped with the reason',
    lastLine: '3 passed, 0 failed, 2 skipped',
    exitCode: 0,
    output: ['Skipped:', 'fixture/passing "needs a moon": no moon tonight', '"needs a sun": no sun tonight'],
  },
  {
    fixture: 'prints',
    behaviour: 'shows what a test prints',
    lastLine: '1 passed, 0 failed, 0 skipped',
    exitCode: 0,
    output: ['printed by the test'],
  },
  {
    fixture: 'open-handle',
    behaviour: 'does not hang on a handle left open, and names it',
    lastLine: '1 passed, 0 failed, 0 skipped',
    exitCode: 0,
    output: ['still open after the last test: TCPServerWrap'],
  },
  {
    fixture: 'failing-assertion',
    behaviour: 'shows the difference and the line of a failed assertion',
    lastLine: '1 passed, 1 failed, 0 skipped',
    output: ['--··"hopLimit":·63', '++··"hopLimit":·64', 'failing-assertion.ts:5:10'],
  },
  {
    fixture: 'both-fail',
    behaviour: 'shows the error of the test, its cause, and the error of the clean-up',
    lastLine: '0 passed, 1 failed, 0 skipped',
    output: ['test broke', '[cause]: Error: root cause', 'clean-up broke'],
  },
  {
    fixture: 'throwing-before',
    behaviour: 'fails the hook and each test that could not run',
    lastLine: '0 passed, 3 failed, 0 skipped',
    output: ['before hook', 'hook broke', '"second"', 'did not run, because a before hook failed'],
  },
  {
    fixture: 'throwing-after',
    behaviour: 'fails the hook and keeps the tests that passed',
    lastLine: '2 passed, 1 failed, 0 skipped',
    output: ['after hook', 'hook broke'],
  },
  {
    fixture: 'throwing-before-each',
    behaviour: 'fails each test',
    lastLine: '0 passed, 2 failed, 0 skipped',
    output: ['hook broke'],
  },
  {
    fixture: 'throwing-after-each',
    behaviour: 'fails each test',
    lastLine: '0 passed, 2 failed, 0 skipped',
    output: ['hook broke'],
  },
  {
    fixture: 'thrown-string',
    behaviour: 'fails the test, and runs the later ones',
    lastLine: '1 passed, 1 failed, 0 skipped',
    output: ["expected an Error to be thrown, got 'a text'"],
  },
  {
    fixture: 'thrown-undefined',
    behaviour: 'fails the test, and runs the later ones',
    lastLine: '1 passed, 1 failed, 0 skipped',
    output: ['expected an Error to be thrown, got undefined'],
  },
  {
    fixture: 'never-settles',
    behaviour: 'fails at the time limit, and runs the later tests',
    lastLine: '1 passed, 2 failed, 0 skipped',
    output: ['expected to settle within 100 ms', 'expected to settle within 300 ms'],
  },
  {
    fixture: 'unhandled-rejection',
    behaviour: 'fails the test that left the promise behind, and no other',
    lastLine: '1 passed, 1 failed, 0 skipped',
    output: ['fixture/unhandled-rejection "forgets a promise"', 'Error: forgotten'],
  },
  {
    fixture: 'uncaught-exception',
    behaviour: 'fails the test at once, without waiting for its time limit',
    lastLine: '1 passed, 1 failed, 0 skipped',
    output: ['"throws in a timer"', 'Error: in a timer'],
  },
  {
    fixture: 'late-rejection',
    behaviour: 'fails the run when an error comes after the last test',
    lastLine: '1 passed, 1 failed, 0 skipped',
    output: ['after the last test', 'Error: too late'],
  },
  {
    fixture: 'process-exit',
    behaviour: 'fails the tests that call process.exit, even when they swallow the consequence',
    lastLine: '1 passed, 2 failed, 0 skipped',
    output: ['it called process.exit(0)', '"exits and swallows the consequence"'],
  },
  {
    fixture: 'hard-exit',
    behaviour: 'still ends with the counts when the process is told to stop',
    lastLine: '0 passed, 0 failed, 0 skipped',
    exitCode: 143,
    output: ['the run was ended before its last test: SIGTERM'],
  },
  {
    fixture: 'forgotten-run',
    behaviour: 'fails the suite',
    lastLine: '0 passed, 1 failed, 0 skipped',
    output: ['is never run; end it with test.run()'],
  },
  {
    fixture: 'no-tests',
    behaviour: 'fails the suite',
    lastLine: '0 passed, 1 failed, 0 skipped',
    output: ['has no tests'],
  },
  {
    fixture: 'no-suite',
    behaviour: 'fails the file',
    lastLine: '0 passed, 1 failed, 0 skipped',
    output: ['declares no suite'],
  },
  {
    fixture: 'only-skips',
    behaviour: 'is not a success when everything is skipped, and runs no hooks',
    lastLine: '0 passed, 0 failed, 1 skipped',
    output: ['nothing ran'],
  },
  {
    fixture: 'late-test',
    behaviour: 'fails the file when a test is declared after run()',
    lastLine: '0 passed, 1 failed, 0 skipped',
    output: ['test "too late" comes after run()'],
  },
  {
    fixture: 'bare-uvu',
    behaviour: 'fails the file that registers with uvu directly',
    lastLine: '0 passed, 1 failed, 0 skipped',
    output: ['registers tests with uvu directly'],
  },
  {
    fixture: 'failing-import',
    behaviour: 'fails the file',
    lastLine: '0 passed, 1 failed, 0 skipped',
    output: ['importing the file', 'import broke'],
  },
  {
    fixture: 'missing-import',
    behaviour: 'fails the file',
    lastLine: '0 passed, 1 failed, 0 skipped',
    output: ['importing the file', 'ERR_MODULE_NOT_FOUND'],
  },
  {
    fixture: 'hanging-import',
    behaviour: 'fails the file at the time limit',
    lastLine: '0 passed, 1 failed, 0 skipped',
    output: ['importing the file', 'expected to settle within 3000 ms'],
  },
];

const test = suite('tests/run');

for (const { fixture, behaviour, lastLine, exitCode = 1, output } of EXPECTATIONS) {
  test(`${fixture}: ${behaviour}`, async () => {
    const run = await runTests('--timeout', '300', '--file', `${FIXTURES}${fixture}.ts`);
    for (const text of output) assert.match(run.output, text);
    assert.is(run.lastLine, lastLine);
    assert.is(run.exitCode, exitCode);
  });
}

test('a file after a broken one still runs, and the counts are added', async () => {
  const files = ['hanging-import', 'no-tests', 'passing'].flatMap((name) => ['--file', `${FIXTURES}${name}.ts`]);
  const run = await runTests('--timeout', '300', ...files);
  assert.is(run.lastLine, '3 passed, 2 failed, 2 skipped');
  assert.is(run.exitCode, 1);
});

test('a fragment that matches no file is an error', async () => {
  const run = await runTests('no/such/test');
  assert.match(run.output, 'no test file matches "no/such/test"');
  assert.is(run.lastLine, '0 passed, 0 failed, 0 skipped');
  assert.is(run.exitCode, 1);
});

test('an unknown option is an error', async () => {
  const run = await runTests('--frobnicate');
  assert.match(run.output, '--frobnicate');
  assert.is(run.exitCode, 1);
});

test('a test file cannot be run without the runner', async () => {
  const run = await execa(process.execPath, ['--import', 'tsx', `${FIXTURES}passing.ts`], { reject: false });
  assert.match(run.stderr, 'has no runner');
  assert.is.not(run.exitCode, 0);
});

test.run();
