/** The action for GitHub, whose steps are run here as a runner would, in the folder of a stranger. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { assert, suite } from '../support/suite.ts';

const test = suite('scripts/action', { timeoutMs: 120_000 });
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ACTION = await readFile(join(ROOT, 'action.yml'), 'utf8');

/** The script of a step. */
const scriptOf = (step: string): string => {
  const [, script = ''] =
    new RegExp(`- name: ${step}\\n(?:(?!    - name:).*\\n)*?      run: \\|\\n((?:        .*\\n|\\n)+)`).exec(ACTION) ??
    [];
  assert.ok(script !== '', `expected a step "${step}" with a script`);
  return script.replaceAll(/^ {8}/gm, '');
};

/** Inputs with their defaults. */
const DEFAULTS = new Map(
  [...ACTION.matchAll(/^  (\w+):\n    description: .*\n    default: (.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value === "''" ? '' : value,
  ]),
);

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-action-'));
});
test.after(() => rm(folder, { recursive: true }));

const run = async (inputs: Readonly<Record<string, string>>) => {
  const summary = join(folder, `summary-${inputs['results'] ?? ''}.md`);
  await writeFile(summary, '');
  const variables = [...ACTION.matchAll(/^        ([A-Z_]+): \$\{\{ inputs\.(\w+) \}\}$/gm)].map(
    ([, variable = '', input = '']) => [variable, inputs[input] ?? DEFAULTS.get(input)] as const,
  );
  const { exitCode, stdout } = await execa(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', '-c', scriptOf('Run')],
    {
      cwd: folder,
      reject: false,
      stdin: 'ignore',
      env: { ...Object.fromEntries(variables), GITHUB_ACTION_PATH: ROOT, GITHUB_STEP_SUMMARY: summary },
    },
  );
  return { exitCode, stdout, summary: await readFile(summary, 'utf8') };
};

const CASE = '--case hop-limit.outer-ttl-value';

test('fails, annotates and sums up what is wrong, and with a baseline only what is new', async () => {
  const node = 'memory';
  const bad = await run({ target: 'reference:ttl-copy', node, args: CASE, results: 'bad' });
  assert.is(bad.exitCode, 1);
  assert.match(bad.stdout, '::error title=fail hop-limit.outer-ttl-value [overlay]::');
  assert.match(bad.summary, '### Unexpected');
  // What a target may say is between the marks that keep it from being a command; annotations are behind them.
  const ends = [...bad.stdout.matchAll(/^::stop-commands::(.*)$/gm)].map(([, token = '']) => `\n::${token}::\n`);
  assert.is(ends.length, 2);
  for (const end of ends) assert.ok(bad.stdout.indexOf(end) < bad.stdout.indexOf('::error title'));
  const known = await run({ target: 'reference:ttl-copy', node, args: CASE, results: 'known', baseline: 'bad' });
  assert.is(known.exitCode, 0);
  assert.not.match(known.stdout, '::error');
  assert.match(known.summary, '### Compared with the baseline');
  const missing = await run({ target: 'reference', node, args: CASE, results: 'missing', baseline: 'nowhere' });
  assert.is(missing.exitCode, 2);
});

test('passes what is right, and fails what could not be run', async () => {
  const good = await run({ target: 'reference', node: 'memory', args: CASE, results: 'good', shard: '1/1' });
  assert.is(good.exitCode, 0);
  assert.match(good.summary, 'PASS');
  await mkdir(join(folder, 'mine'));
  const none = await run({ target: './mine', results: 'none' });
  assert.is(none.exitCode, 2);
});

test('installs what this platform needs of the npm packages', () => {
  const script = scriptOf('Install what Proto41 needs');
  assert.match(script, 'npm ci ');
  // The programs of esbuild and koffi are optional packages of theirs.
  assert.not.match(script, '--omit=optional');
});

test.run();
