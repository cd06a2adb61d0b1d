import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { main } from '../../harness/cli/main.ts';
import { assemble } from '../../harness/cli/parts/index.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { runResultSchema } from '../../harness/runner/result-schema.ts';
import type { RunResult } from '../../harness/runner/result.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { areas } from '../../suites/index.ts';
import { assert, suite } from '../support/suite.ts';
import { memoryTerminal, type Outcome } from './support.ts';

const test = suite('cli/policies', { timeoutMs: 60_000 });
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-policies-'));
});
test.after(() => rm(folder, { recursive: true }));

/** A folder with the reference under other policies. */
const target = async (name: string, policies: Readonly<Record<string, string>>): Promise<string> => {
  const path = join(folder, name);
  await mkdir(path);
  const manifest = { name, kind: 'module', description: 'the reference with policies of its own', policies };
  await writeFile(join(path, 'target.json'), JSON.stringify(manifest));
  return path;
};

const run = async (...parameters: readonly string[]): Promise<Outcome> => {
  const { terminal, written } = memoryTerminal();
  const services = assemble(() => Promise.resolve(createRegistry(requirements, areas)));
  return { exitCode: await main(['run', ...parameters], services, terminal), ...written() };
};

const resultIn = async (out: string): Promise<RunResult> =>
  v.parse(runResultSchema, JSON.parse(await readFile(join(out, 'results.json'), 'utf8')));

test('a target is judged by what it declares, and every result says what that was', async () => {
  const path = await target('answers', { mismatchIcmp: 'protocol-unreachable' });
  const out = join(folder, 'declared');
  const parameters = ['--target', path, '--profile', '6in4', '--case', 'decap.mismatch-no-icmp', '--evidence', 'all'];
  const { exitCode, stdout } = await run(...parameters, '--out', out);
  assert.is(exitCode, 0);
  assert.match(stdout, /Policies of .*answers\n {2}mismatchIcmp=protocol-unreachable \(6in4\)\n/);
  const { cases, configurations = [], profiles } = await resultIn(out);
  assert.equal(profiles, ['6in4']);
  assert.equal(
    cases.map(({ verdict }) => verdict),
    ['pass'],
  );
  assert.equal(configurations[0]?.policies, { mismatchIcmp: 'protocol-unreachable' });
  assert.is(configurations[0]?.text, '6in4,mismatchIcmp=protocol-unreachable');
  assert.is(configurations[0]?.switches['hopByHop'], 'ignore');
  const [evidence = ''] = await readdir(join(out, 'evidence'));
  const bytes = await readFile(join(out, 'evidence', evidence), 'latin1');
  assert.match(bytes, /proto41 profile 6in4,mismatchIcmp=protocol-unreachable; switches [^\0]*hopByHop=ignore/);
});

test('what the command line says wins', async () => {
  const path = await target('overruled', { mismatchIcmp: 'protocol-unreachable' });
  const out = join(folder, 'typed');
  const parameters = ['--target', path, '--profile', '6in4,mismatchIcmp=silent', '--case', 'decap.mismatch-no-icmp'];
  const { exitCode, stdout } = await run(...parameters, '--out', out);
  assert.is(exitCode, 0);
  assert.not.match(stdout, 'Policies of');
  const { configurations = [] } = await resultIn(out);
  assert.is(configurations[0]?.switches['mismatchIcmp'], 'silent');
});

test('a policy that makes two profiles one is no reason to run it twice', async () => {
  const path = await target('same', { ttl: 'inherit' });
  const out = join(folder, 'once');
  const profiles = ['--profile', '6in4', '--profile', '6in4,ttl=inherit'];
  await run('--target', path, ...profiles, '--case', 'hop-limit.encap-decrement', '--out', out);
  assert.equal((await resultIn(out)).profiles, ['6in4']);
});

test('a policy that does not exist is wrong usage, with the file and the place in it', async () => {
  for (const [name, policies, expected] of [
    ['unknown', { colour: 'red' }, /unknown\/target\.json: at policies\.colour: expected a switch of a profile/],
    [
      'impossible',
      { tos: 'blue' },
      /impossible\/target\.json: at policies\.tos: expected zero or copy or fixed, found "blue"/,
    ],
  ] as const) {
    const { exitCode, stderr } = await run('--target', await target(name, policies));
    assert.is(exitCode, 2);
    assert.match(stderr, expected);
  }
});

test.run();
