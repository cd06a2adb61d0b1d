/** What `npm pack` makes, used as somebody would who has only that: without the sources, without tsx. */

import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { assert, suite } from '../support/suite.ts';

/** Another Node than the one of the tests, to try the package with (npm run package:check). */
const NODE = process.env['PROTO41_PACKAGE_NODE'] ?? process.execPath;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Packages that a user gets with ours; from this checkout, so that no registry is asked. */
const DEVELOPMENT_ONLY = new Set(['tsx', 'typescript', 'uvu', 'prettier', 'oxlint']);

const test = suite('end-to-end/package', { timeoutMs: 180_000 });
let folder = '';
let installed = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-package-'));
  await execa('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
  const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  const modules = join(folder, 'node_modules');
  installed = join(modules, 'proto41');
  await mkdir(installed, { recursive: true });
  await execa('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', installed]);
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (!name.startsWith('.') && !DEVELOPMENT_ONLY.has(name))
      await symlink(join(ROOT, 'node_modules', name), join(modules, name));
});

test.after(async () => {
  await rm(folder, { recursive: true });
  await rm(join(ROOT, 'dist'), { recursive: true, force: true });
});

const proto41 = (...parameters: readonly string[]) =>
  execa(NODE, [join(installed, 'bin', 'proto41.js'), ...parameters], { cwd: folder, reject: false });

test('holds JavaScript, data and pages, no tests and no sources', async () => {
  const names = (await readdir(installed, { recursive: true })).map(String);
  assert.ok(names.includes('dist/run.js') && names.includes('dist/targets/linux-sit/up'));
  assert.ok(names.includes('README.md') && names.includes('LICENSE') && names.includes('docs/targets.md'));
  assert.equal(
    names.filter((name) => /(^|\/)tests\/|\.test\.|(?<!\.d)\.ts$/.test(name)),
    [],
  );
});

test('runs cases against the reference in memory', async () => {
  const run = await proto41(
    'run',
    '--target',
    'reference',
    '--node',
    'memory',
    '--case',
    'encap.*',
    '--out',
    join(folder, 'out'),
  );
  assert.match(run.stdout, 'PASS reference on memory');
  assert.is(run.exitCode, 0);
  assert.ok((await readdir(join(folder, 'out'))).includes('report.html'));
});

test('says what the machine can do, and lists what it knows', async () => {
  assert.match((await proto41('doctor')).stdout, 'ok      Node.js');
  const targets = await proto41('list', 'targets');
  assert.match(targets.stdout, 'linux-sit');
  assert.is(targets.exitCode, 0);
});

test('has types for who writes TypeScript', async () => {
  const right = `import { build, ipv4, type CaseResult, type Layer } from 'proto41';
export const packet: Uint8Array = build(ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }));
export const verdictOf = ({ verdict }: CaseResult): string => verdict;
export const layers: readonly Layer[] = [];
`;
  assert.is(await complaintsAbout(right), '');
  assert.match(await complaintsAbout(right.replace('source:', 'sauce:')), /'sauce' does not exist|known properties/);
});

const OPTIONS = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];

/** What TypeScript says, which looks into the declarations of the package, too. */
const complaintsAbout = async (program: string): Promise<string> => {
  await writeFile(join(folder, 'consumer.mts'), program);
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const parameters = [tsc, ...OPTIONS, '--ignoreConfig', 'consumer.mts'];
  const { stdout } = await execa(NODE, parameters, { cwd: folder, reject: false });
  return stdout;
};

test('works as a library', async () => {
  const program = `
    import { build, decode, ipv4, ipv6, parseProfile, createRuleEngine } from 'proto41';
    const packet = build(ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }), ipv6({ source: 'fd00::1', destination: 'fd00::2' }));
    console.log(decode(packet, 'ipv4').layers.map(({ kind }) => kind).join(' '), parseProfile('overlay').catalogueProfile, typeof createRuleEngine);
  `;
  const run = await execa(NODE, ['--input-type=module', '-e', program], { cwd: folder });
  assert.is(run.stdout, 'ipv4 ipv6 6rd function');
});

test.run();
