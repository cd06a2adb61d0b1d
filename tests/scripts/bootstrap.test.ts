/** The bootstrap in a folder of its own, with programs in PATH that only note how they were called. */

import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { isDebianLike, readOsRelease, SYSTEM_REQUIREMENTS } from '../../scripts/requirements.mjs';
import { assert, suite } from '../support/suite.ts';

const SCRIPTS = fileURLToPath(new URL('../../scripts/', import.meta.url));

const LOCK = {
  packages: {
    '': { version: '0.1.0', optionalDependencies: { pcap: '3.1.0' } },
    'node_modules/used': { version: '1.2.3' },
    'node_modules/tool': { version: '4.5.6', dev: true },
    'node_modules/pcap': { version: '3.1.0', optional: true },
    'node_modules/other-platform': { version: '7.8.9', optional: true },
  },
};

const test = suite('scripts/bootstrap');
let folder = '';

test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-bootstrap-'));
  await cp(SCRIPTS, join(folder, 'scripts'), { recursive: true });
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'include', 'pcap'), { recursive: true });
  await writeFile(join(folder, 'include', 'pcap', 'pcap.h'), '');
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(LOCK));
  for (const { command } of SYSTEM_REQUIREMENTS) await program(command);
  await program('npm');
});

test.after.each(() => rm(folder, { recursive: true }));

/** Puts a program into PATH that notes its parameters in `<name>.log`, then runs `script`. */
async function program(name: string, script = ''): Promise<void> {
  const file = join(folder, 'bin', name);
  await writeFile(file, `#!/bin/sh\necho "$@" >> "${join(folder, name)}.log"\n${script}\n`);
  await chmod(file, 0o755);
}

async function callsOf(name: string): Promise<string> {
  return readFile(join(folder, `${name}.log`), 'utf8').catch(() => '');
}

async function installed(packages: Record<string, { version: string }>): Promise<void> {
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  await writeFile(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
}

/** A package of npm with C++ in it, compiled or not. */
async function unpacked(name: string, product?: string): Promise<void> {
  const packageFolder = join(folder, 'node_modules', name);
  await mkdir(join(packageFolder, 'build', 'Release'), { recursive: true });
  await writeFile(join(packageFolder, 'package.json'), '{}');
  if (product !== undefined) await writeFile(join(packageFolder, 'build', 'Release', product), '');
}

const EVERYTHING = {
  'node_modules/used': { version: '1.2.3' },
  'node_modules/tool': { version: '4.5.6' },
  'node_modules/pcap': { version: '3.1.0' },
};

function start(script: string, env: Record<string, string> = {}) {
  // The folder of the fakes comes alone, so that what this machine has does not matter; sleep is for the fakes.
  return execa(process.execPath, [join(folder, 'scripts', 'bootstrap.mjs'), script], {
    reject: false,
    env: {
      PATH: join(folder, 'bin'),
      CPATH: join(folder, 'include'),
      npm_execpath: undefined,
      PROTO41_BOOTSTRAP: undefined,
      ...env,
    },
  });
}

test('does and says nothing when all is there', async () => {
  await installed(EVERYTHING);
  const run = await start('test');
  assert.is(run.stdout + run.stderr, '');
  assert.is(run.exitCode, 0);
  assert.is(await callsOf('npm'), '');
});

test('installs npm packages that are missing, and says so in one line', async () => {
  const run = await start('test');
  assert.is(run.exitCode, 0);
  assert.match(await callsOf('npm'), /^ci .*--ignore-scripts --include=dev --include=optional$/m);
  assert.match(run.stderr, /^proto41: npm packages are not installed; running: npm ci [^\n]*$/);
});

test('installs npm packages again when one has another version than the lock file', async () => {
  await installed({ ...EVERYTHING, 'node_modules/used': { version: '1.2.2' } });
  const run = await start('start');
  assert.match(run.stderr, 'npm packages differ from package-lock.json');
  assert.match(await callsOf('npm'), 'ci');
});

test('development packages are needed by the tests alone', async () => {
  await installed({ 'node_modules/used': { version: '1.2.3' } });
  await start('start');
  assert.is(await callsOf('npm'), '');
  await start('test');
  assert.match(await callsOf('npm'), 'ci');
});

test('optional packages are needed by the tests alone, and nothing is compiled for a start', async () => {
  await installed({ 'node_modules/used': { version: '1.2.3' }, 'node_modules/tool': { version: '4.5.6' } });
  await unpacked('pcap');
  await start('start');
  assert.is(await callsOf('npm'), '');
  const run = await start('test');
  assert.match(run.stderr, 'optional npm packages are not installed: pcap');
  assert.match(await callsOf('npm'), 'ci');
});

test('a first start neither compiles packages nor leaves out the programs of others for this platform', async () => {
  await start('start');
  assert.match(await callsOf('npm'), '--ignore-scripts');
  assert.not.match(await callsOf('npm'), 'omit');
});

test('the tests compile packages that are not compiled yet, once', async () => {
  await installed(EVERYTHING);
  await unpacked('pcap');
  const product = join(folder, 'node_modules', 'pcap', 'build', 'Release', 'pcap_binding.node');
  await program('npm', `: > "${product}"`);
  const first = await start('test');
  assert.match(first.stderr, 'compiling pcap; running: npm rebuild');
  assert.match(await callsOf('npm'), /^rebuild .*pcap$/m);
  const calls = await callsOf('npm');
  const second = await start('test');
  assert.is(second.stdout + second.stderr, '');
  assert.is(await callsOf('npm'), calls);
});

test('a package that does not compile is not fatal, is told with the output, and is not tried again at once', async () => {
  await installed(EVERYTHING);
  await unpacked('cap');
  await program('npm', 'echo "fatal error: pcap/pcap.h: No such file" >&2; exit 1');
  const first = await start('test');
  assert.is(first.exitCode, 0);
  assert.match(first.stderr, 'fatal error: pcap/pcap.h');
  assert.match(first.stderr, 'cap could not be compiled; going on without');
  const calls = await callsOf('npm');
  await start('test');
  assert.is(await callsOf('npm'), calls);
});

test('a failed npm install is fatal, shows the output of npm without its noise, and names being offline', async () => {
  await program('npm', 'echo \'npm warn Unknown user config "x". See.\' >&2; echo "npm error ENOTFOUND" >&2; exit 1');
  const run = await start('start');
  assert.is(run.exitCode, 1);
  assert.match(run.stderr, 'npm error ENOTFOUND');
  assert.not.match(run.stderr, 'Unknown user config');
  assert.match(run.stderr, 'the npm registry cannot be reached');
});

test('a missing npm is fatal', async () => {
  await rm(join(folder, 'bin', 'npm'));
  const run = await start('start');
  assert.is(run.exitCode, 1);
  assert.match(run.stderr, 'run this when that is settled: npm ci');
});

test('a missing program is not fatal without the right to install it', async () => {
  await installed(EVERYTHING);
  await rm(join(folder, 'bin', 'tshark'));
  await rm(join(folder, 'bin', 'apt-get'));
  const run = await start('test');
  assert.is(run.exitCode, 0);
  assert.match(run.stderr, 'tshark is missing');
  assert.match(run.stderr, 'apt-get install -y --no-install-recommends apt tshark');
});

const noRoot = process.getuid?.() === 0 && isDebianLike(readOsRelease()) ? undefined : 'needs root on Debian or Ubuntu';

test.skipIf(noRoot, 'as root a missing program is installed', async () => {
  await installed(EVERYTHING);
  await rm(join(folder, 'bin', 'zstd'));
  const run = await start('start');
  assert.is(run.exitCode, 0);
  assert.is(run.stderr, 'proto41: installing zstd with apt-get');
  assert.match(await callsOf('apt-get'), / update\n.* install -y --no-install-recommends zstd\n$/);
});

test.skipIf(noRoot, 'a failed system install is told once, is not fatal, and is not tried again at once', async () => {
  await installed(EVERYTHING);
  await rm(join(folder, 'bin', 'zstd'));
  await program('apt-get', 'echo "E: Temporary failure resolving deb.debian.org"; exit 100');
  const first = await start('start');
  assert.is(first.exitCode, 0);
  assert.match(first.stderr, 'the package archive cannot be reached; going on without');
  const calls = await callsOf('apt-get');

  const second = await start('start');
  assert.is(second.exitCode, 0);
  assert.match(second.stderr, /^proto41: missing: zstd; run: apt-get update/);
  assert.is(await callsOf('apt-get'), calls);
});

test.skipIf(
  noRoot,
  'for the tests the system brings its programs before packages of npm are compiled with them',
  async () => {
    await rm(join(folder, 'bin', 'tshark'));
    for (const name of ['apt-get', 'npm']) await program(name, `echo ${name} >> "${join(folder, 'order.log')}"`);
    await start('test');
    assert.match(await callsOf('order'), /^(apt-get\n)+npm\n$/);
  },
);

test('without a folder for temporary files it ends before anything else does, and names the variable', async () => {
  await installed(EVERYTHING);
  const missing = join(folder, 'no-such-folder');
  const run = await start('start', { TMPDIR: missing });
  assert.is(run.exitCode, 2);
  assert.is(
    run.stderr,
    `proto41: expected a folder for temporary files that can be written, found ${missing} (ENOENT); set TMPDIR to one`,
  );
});

test('can be switched off', async () => {
  const run = await start('test', { PROTO41_BOOTSTRAP: 'off' });
  assert.is(run.exitCode, 0);
  assert.is(await callsOf('npm'), '');
});

test('on Ctrl-C it ends after the program that it runs', async () => {
  await program(
    'npm',
    `log="${join(folder, 'npm.log')}"; trap 'echo trapped >> "$log"; exit 1' INT; echo ready >> "$log"; while :; do :; done`,
  );
  const running = start('start');
  while (!(await callsOf('npm')).includes('ready')) await delay(20);
  running.kill('SIGINT');
  const run = await running;
  assert.is(run.exitCode, 130);
  assert.match(await callsOf('npm'), 'trapped');
  assert.match(run.stderr, 'interrupted');
});

test('an unknown script name is an error', async () => {
  const run = await start('frobnicate');
  assert.is(run.exitCode, 2);
  assert.match(run.stderr, 'got "frobnicate"');
});

test.run();
