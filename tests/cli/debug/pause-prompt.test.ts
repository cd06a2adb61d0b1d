import { PassThrough } from 'node:stream';
import { LineReader } from '../../../harness/cli/debug/line-reader.ts';
import { pausePrompt } from '../../../harness/cli/debug/pause-prompt.ts';
import { createProgress } from '../../../harness/cli/progress.ts';
import type { NodeShell } from '../../../harness/node/node.ts';
import type { CaseResult } from '../../../harness/runner/result.ts';
import { caseResult, failed, lookup } from '../../report/fixtures.ts';
import { FakeSession } from '../../runner/support/fake-session.ts';
import { assert, suite } from '../../support/suite.ts';
import { memoryTerminal } from '../support.ts';

const test = suite('cli/debug/pause-prompt');

interface Conversation {
  readonly answer: 'continue' | 'end';
  readonly said: string;
  readonly scripts: readonly string[];
}

const talk = async (
  typed: string,
  {
    results = [failed()],
    shell = true,
    signal = new AbortController().signal,
    ends = true,
  }: { results?: readonly CaseResult[]; shell?: boolean; signal?: AbortSignal; ends?: boolean } = {},
): Promise<Conversation> => {
  const { terminal, written } = memoryTerminal();
  const input = new PassThrough();
  input.write(typed);
  if (ends) input.end();
  using lines = new LineReader(input);
  using progress = createProgress(terminal, { quiet: true });
  const scripts: string[] = [];
  const own: NodeShell = {
    command: ['nsenter', '--target=7', '--', 'sh'],
    run: async (script) => {
      scripts.push(script);
      return { exitCode: script === 'false' ? 1 : 0, stdout: 'said \u001b[2J this\n', stderr: '' };
    },
  };
  const session = Object.assign(new FakeSession({}), shell ? { shell: own } : {});
  const pauseAt = pausePrompt({ terminal, progress, lines, signal, glob: 'encap.*', lookup, folder: './out' });
  const answer = await pauseAt({ id: 'encap.df-flag', profile: 'overlay', results, session });
  return { answer, said: written().stderr, scripts };
};

test('names the failure and the way in, runs commands in the node, and goes on', async () => {
  const { answer, said, scripts } = await talk('! ip -6 route\n!false\nwhat\nh\nc\n');
  assert.is(answer, 'continue');
  assert.equal(scripts, ['ip -6 route', 'false']);
  for (const text of [
    'stopped at encap.df-flag [overlay]',
    'expected  DF set',
    'evidence  ./out/evidence/encap.df-flag.pcapng, frame 7',
    'from another terminal:  nsenter --target=7 -- sh',
    'said \\x1b[2J this',
    '(exit code 1)',
    'expected c, q or !',
  ])
    assert.match(said, text);
});

test('q, the end of the input and an interrupt end the run', async () => {
  assert.is((await talk('q\nc\n')).answer, 'end');
  assert.is((await talk('')).answer, 'end');
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  assert.is((await talk('', { ends: false, signal: controller.signal })).answer, 'end');
});

test('does not stop at what is right, and stops at a declared deviation too', async () => {
  const right = await talk('q\n', { results: [caseResult()] });
  assert.equal([right.answer, right.said], ['continue', '']);
  const declared = failed({ expectation: { kind: 'expected', unexpected: false, reason: 'known' } });
  assert.match((await talk('q\n', { results: [declared] })).said, 'stopped at');
});

test('says so where there is no shell', async () => {
  const { said, answer } = await talk('! ls\nc\n', { shell: false });
  assert.match(said, 'There is no shell in it');
  assert.match(said, 'there is no shell on the node');
  assert.is(answer, 'continue');
});

test.run();
