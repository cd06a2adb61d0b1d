/** Whole runs on live interfaces. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { readResults } from '../../harness/runner/results-file.ts';
import type { CaseResult, RunResult } from '../../harness/runner/result.ts';
import { whyNoNetns } from '../node/netns/support.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('end to end on interfaces', { timeoutMs: 600_000 });
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const noNetns = await whyNoNetns();

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-test-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly result: RunResult;
  readonly out: string;
}

const proto41 = (...parameters: readonly string[]) =>
  execa('node', ['--import', 'tsx', 'run.ts', ...parameters], { cwd: ROOT, reject: false });

const run = async (name: string, ...parameters: readonly string[]): Promise<Ran> => {
  const out = join(folder, name);
  const { exitCode, stdout, stderr } = await proto41('run', '--out', out, '--seed', '7', ...parameters);
  return { exitCode, stdout, stderr, out, result: await readResults(out) };
};

const verdicts = (cases: readonly CaseResult[]): ReadonlyMap<string, string> =>
  new Map(cases.map(({ id, verdict, reason }) => [id, verdict === 'skip' ? `skip: ${reason ?? ''}` : verdict]));

test.skipIf(noNetns, 'the reference as a process on interfaces gets the verdicts that it gets in memory', async () => {
  const options = ['--property-packets', '20'];
  const [inMemory, live] = await Promise.all([
    run('memory', '--target', 'reference', ...options),
    run('live', '--target', 'reference-live', ...options),
  ]);
  const expected = verdicts(inMemory.result.cases);
  // Time is real here, so that cases which wait for minutes are left out.
  const different = [...verdicts(live.result.cases)].filter(
    ([id, verdict]) => expected.get(id) !== verdict && !verdict.startsWith('skip: waits up to'),
  );
  assert.equal(different, [], live.stderr);
  assert.ok(live.result.cases.filter(({ verdict }) => verdict === 'pass').length > 150);
  assert.is(live.exitCode, 0);
  assert.is(live.result.node.wire, 'afpacket');
});

for (const wire of ['pcap', 'cap']) {
  test.skipIf(noNetns, `the same through ${wire}, or the words that it is not there`, async () => {
    const cases = ['decap.s*', 'encap.p*'].flatMap((glob) => ['--case', glob]);
    const { exitCode, result, stderr } = await run(wire, '--target', 'reference-live', '--wire', wire, ...cases).catch(
      (error: unknown) => ({ exitCode: -1, result: undefined, stderr: String(error) }),
    );
    if (result === undefined) {
      const again = await proto41('target', 'check', 'reference-live', '--wire', wire);
      assert.is(again.exitCode, 3, stderr);
      assert.match(again.stderr, 'WIRE_UNAVAILABLE');
      return;
    }
    assert.equal(
      [...verdicts(result.cases)].filter(([, verdict]) => verdict !== 'pass' && !verdict.startsWith('skip')),
      [],
    );
    assert.is(exitCode, 0);
    assert.ok(result.cases.every(({ rerun }) => rerun.includes(`--wire ${wire}`)));
  });
}

test.skipIf(noNetns, 'the kernel of this machine is asked through linux-sit, and believed when it cannot', async () => {
  const { exitCode, result, stdout } = await run(
    'sit',
    '--target',
    'linux-sit',
    '--node',
    'netns',
    '--case',
    'encap.*',
  );
  const reasons = new Set(result.cases.flatMap(({ verdict, reason }) => (verdict === 'skip' ? [reason] : [])));
  if (exitCode === 4) {
    // Not a single case was run, and each says why in the words of the target.
    assert.ok(
      [...reasons].every((reason) => reason?.includes('this kernel has no module sit')),
      [...reasons].join('\n'),
    );
    assert.match(stdout, 'INCONCLUSIVE linux-sit on netns');
    return;
  }
  assert.equal(
    result.cases.filter(({ verdict }) => verdict === 'error' || verdict === 'inconclusive'),
    [],
  );
  assert.ok(result.cases.some(({ verdict }) => verdict === 'pass'));
});

test.run();
