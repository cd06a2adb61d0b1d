import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { findCommand } from '../../scripts/requirements.mjs';
import { readResults } from '../../harness/runner/results-file.ts';
import type { CaseResult, RunResult } from '../../harness/runner/result.ts';
import { whyNoVm } from '../node/vm/support.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('end to end', { timeoutMs: 300_000 });

const noVm = await whyNoVm();
const noTshark = findCommand('tshark') === undefined ? 'tshark is not installed' : undefined;
const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-test-'));
});
test.after(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly result: RunResult;
  readonly out: string;
}

const run = async (name: string, ...parameters: readonly string[]): Promise<Ran> => {
  const out = join(folder, name);
  const command = ['--import', 'tsx', 'run.ts', 'run', '--out', out, ...parameters];
  const { exitCode, stdout } = await execa('node', command, { cwd: root, reject: false });
  return { exitCode, stdout, out, result: await readResults(out) };
};

const ids = (cases: readonly CaseResult[]): string[] =>
  cases.map(({ id, profile, verdict }) => `${id} [${profile}] ${verdict}`);
const PROFILES = ['overlay', '6rd', '6to4', '6in4'].flatMap((profile) => ['--profile', profile]);

test('the reference passes every case of every profile that applies', async () => {
  const { exitCode, result } = await run('reference', '--target', 'reference', '--node', 'memory', ...PROFILES);
  assert.equal(ids(result.cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip')), []);
  assert.ok(result.cases.filter(({ verdict }) => verdict === 'pass').length > 350);
  assert.is(exitCode, 0);
});

test('the same seed gives the same verdicts in repeated runs', async () => {
  const { exitCode, result } = await run(
    'repeated',
    '--target',
    'reference',
    '--node',
    'memory',
    '--repeat',
    '3',
    '--seed',
    '7',
  );
  assert.equal(ids(result.cases.filter(({ repeats = [] }) => new Set(repeats).size !== 1)), []);
  assert.is(exitCode, 0);
});

test.skipIf(noVm, 'the kernel of Debian bookworm deviates as declared, and in nothing else', async () => {
  const { exitCode, result, stdout } = await run('linux', ...PROFILES);
  assert.equal(ids(result.cases.filter(({ expectation }) => expectation.unexpected)), []);
  assert.is(exitCode, 0);
  assert.match(stdout, 'Expected deviations of linux-sit');
  assert.ok(result.cases.some(({ id, verdict }) => id === 'stateless.per-packet-next-hop' && verdict === 'fail'));
});

test.skipIf(
  noVm ?? noTshark,
  'without expectations every deviation fails, with evidence that names it on the decisive frame',
  async () => {
    const { exitCode, result, stdout, out } = await run('strict', '--strict', '--no-expectations');
    assert.is(exitCode, 1);
    const failing = result.cases.filter(({ verdict }) => verdict === 'fail');
    assert.ok(failing.length > 20);
    for (const { id, requirement, evidence, violations } of failing) {
      assert.match(stdout, `clause    ${requirement}`);
      const own = violations.find(
        (violation) => violation.frameNumber !== undefined && violation.evidence === undefined,
      );
      if (own === undefined || evidence === undefined) continue;
      const fields = ['-T', 'fields', '-e', 'frame.number', '-e', 'frame.comment'];
      const { stdout: comments } = await execa('tshark', ['-r', join(out, evidence), '-Y', 'frame.comment', ...fields]);
      const line = comments.split('\n').find((each) => each.startsWith(`${String(own.frameNumber)}\t`));
      assert.match(line ?? '', requirement, `${id}: comment of frame ${String(own.frameNumber)}`);
    }
    const junit = await readFile(join(out, 'junit.xml'), 'utf8');
    assert.match(junit, 'stateless.per-packet-next-hop');
  },
);

test.run();
