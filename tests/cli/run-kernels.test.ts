import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { main } from '../../harness/cli/main.ts';
import { assemble } from '../../harness/cli/parts/index.ts';
import type { Services } from '../../harness/cli/services.ts';
import { startMemoryNode } from '../../harness/node/memory/index.ts';
import { VmError } from '../../harness/node/vm/vm-error.ts';
import { registryOf, requirement } from '../runner/support/samples.ts';
import { assert, suite } from '../support/suite.ts';
import { memoryTerminal } from './support.ts';

const test = suite('cli/run-kernels', { timeoutMs: 30_000 });

let folder = '';
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-kernels-'));
});
test.after.each(() => rm(folder, { recursive: true, force: true }));

const RELEASES: Readonly<Record<string, string>> = { bullseye: '5.10.0', bookworm: '6.1.0', sid: '7.2.0' };

/** The oldest kernel shows a deviation that is declared for kernels like it; trixie does not boot. */
const services = (): Services => {
  let release = '';
  const registry = registryOf(
    [requirement('decap.a'), requirement('decap.b')],
    [
      {
        id: 'decap.a',
        run: async (t) => {
          t.expectEqual('kernel is new enough:', !release.startsWith('5.'), true);
          await Promise.resolve();
        },
      },
      {
        id: 'decap.b',
        run: async (t) => {
          t.expectEqual('always right:', true, true);
          await Promise.resolve();
        },
      },
    ],
  );
  return {
    ...assemble(async () => Promise.resolve(registry)),
    chooseTarget: async ({ kernel = '' }) =>
      Promise.resolve({
        probeNonsense: false,
        policies: {},
        expectations: [{ requirement: 'decap.a', kernels: '<6', reason: 'known of old kernels' }],
        start: async () => {
          const found = RELEASES[kernel];
          if (found === undefined) throw new VmError('VM_BOOT', `no kernel ${kernel} here`);
          release = found;
          const session = await startMemoryNode();
          return { ...session, facts: { ...session.facts, kernelName: kernel, kernelRelease: found } };
        },
      }),
  };
};

const tableSchema = v.object({
  kernels: v.array(v.object({ kernel: v.string(), exitCode: v.number(), failure: v.nullable(v.string()) })),
  requirements: v.array(
    v.object({ requirement: v.string(), verdicts: v.record(v.string(), v.string()), differs: v.boolean() }),
  ),
});

test('every kernel has its own results, and one that does not boot keeps no other from being tested', async () => {
  const out = join(folder, 'out');
  const { terminal, written } = memoryTerminal();
  const exitCode = await main(['run', '--kernel', 'all', '--out', out, '--seed', '1'], services(), terminal);
  assert.is(exitCode, 3);
  const { stdout } = written();
  assert.match(stdout, /^ +requirement +bullseye +bookworm +trixie +sid$/m);
  assert.match(stdout, /^\* +decap\.a +expected +pass +- +pass$/m);
  assert.match(stdout, /trixie:\n {2}no kernel trixie here/);
  assert.match(stdout, /1 more requirement, on which all kernels are alike/);
  assert.equal((await readdir(out)).filter((name) => !name.includes('.')).sort(), ['bookworm', 'bullseye', 'sid']);
  assert.ok((await readdir(join(out, 'sid'))).includes('results.json'));
  const { kernels, requirements } = v.parse(tableSchema, JSON.parse(await readFile(join(out, 'kernels.json'), 'utf8')));
  assert.equal(
    kernels.map(({ kernel, exitCode: own }) => [kernel, own]),
    [
      ['bullseye', 0],
      ['bookworm', 0],
      ['trixie', 3],
      ['sid', 0],
    ],
  );
  assert.is(requirements.find(({ requirement: id }) => id === 'decap.a')?.differs, true);
  assert.match(await readFile(join(out, 'kernels.md'), 'utf8'), '## Proto41, kernel by kernel');
});

test('with --json standard output is the table and nothing else', async () => {
  const { terminal, written } = memoryTerminal();
  await main(['run', '--kernel', 'all', '--out', join(folder, 'json'), '--json'], services(), terminal);
  v.parse(tableSchema, JSON.parse(written().stdout));
  assert.match(written().stderr, /^STOPPED bullseye \(5\.10\.0\) PASS/m);
});

test('what is wrong usage is so before the first kernel', async () => {
  const { terminal, written } = memoryTerminal();
  const parameters = ['run', '--kernel', 'all', '--out', join(folder, 'usage'), '--case', 'nothing'];
  assert.is(await main(parameters, services(), terminal), 2);
  assert.is(written().stdout, '');
  assert.equal(await readdir(folder), []);
});

test.run();
