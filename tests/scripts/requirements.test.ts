import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import {
  findCommand,
  findHeader,
  findMissing,
  installCommand,
  isDebianLike,
  isNodeSupported,
  MINIMUM_NODE,
  SYSTEM_REQUIREMENTS,
  withSystemFolders,
} from '../../scripts/requirements.mjs';
import { assert, suite } from '../support/suite.ts';

const test = suite('scripts/requirements');
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-requirements-'));
  await writeFile(join(folder, 'runnable'), '#!/bin/sh\n');
  await chmod(join(folder, 'runnable'), 0o755);
  await writeFile(join(folder, 'plain-file'), '');
  await mkdir(join(folder, 'folder'));
});

test.after(() => rm(folder, { recursive: true }));

test('the minimum Node is the one in package.json', () => {
  assert.is(packageJson.engines.node, `>=${MINIMUM_NODE}`);
});

test('Node versions are compared by number', () => {
  for (const version of ['v20.19.0', 'v20.20.1', 'v22.0.0', 'v100.1.0']) assert.ok(isNodeSupported(version), version);
  for (const version of ['v20.18.9', 'v20.9.0', 'v18.20.4', 'v8.0.0']) assert.not.ok(isNodeSupported(version), version);
});

test('only executable files are commands', () => {
  const path = `:/no/such/folder:${folder}`;
  assert.is(findCommand('runnable', path), join(folder, 'runnable'));
  for (const name of ['plain-file', 'folder', 'absent']) assert.is(findCommand(name, path), undefined);
});

test('tshark is asked for by the tests alone', () => {
  const missing = (script: 'start' | 'test') => findMissing(script, folder).map(({ command }) => command);
  assert.not.ok(missing('start').includes('tshark'));
  assert.ok(missing('test').includes('tshark'));
  const programs = SYSTEM_REQUIREMENTS.filter(({ header }) => header === undefined);
  for (const { command } of programs) assert.ok(missing('test').includes(command), command);
});

test('a header is looked for where the compiler looks', async () => {
  await mkdir(join(folder, 'include', 'pcap'), { recursive: true });
  await writeFile(join(folder, 'include', 'pcap', 'pcap.h'), '');
  assert.is(findHeader('pcap/pcap.h', ['', join(folder, 'include')]), join(folder, 'include', 'pcap', 'pcap.h'));
  assert.is(findHeader('pcap/pcap.h', [join(folder, 'folder')]), undefined);
});

test('Debian, Ubuntu and their descendants are recognised, others are not', () => {
  assert.ok(isDebianLike('NAME="Debian GNU/Linux"\nID=debian\n'));
  assert.ok(isDebianLike('ID=linuxmint\nID_LIKE="ubuntu debian"\n'));
  assert.not.ok(isDebianLike('NAME="Not debian"\nID="fedora"\nVERSION_ID=debian\n'));
  assert.not.ok(isDebianLike(''));
});

test('programs of the system are found where the PATH of a user does not lead', () => {
  const path = withSystemFolders('/usr/bin:/usr/sbin');
  assert.is(path, '/usr/bin:/usr/sbin:/usr/local/sbin:/sbin');
  assert.is(withSystemFolders(path), path);
  for (const none of ['', undefined]) assert.is(withSystemFolders(none), '');
});

test('the command to install uses sudo for everybody but root, and su where there is no sudo', () => {
  assert.is(
    installCommand(['tshark', 'zstd'], { asRoot: false, hasSudo: true }),
    'sudo apt-get update && sudo apt-get install -y --no-install-recommends tshark zstd',
  );
  assert.is(
    installCommand(['tshark', 'zstd'], { asRoot: false, hasSudo: false }),
    "su - -c 'apt-get update && apt-get install -y --no-install-recommends tshark zstd'",
  );
  assert.is(
    installCommand(['tshark'], { asRoot: true }),
    'apt-get update && apt-get install -y --no-install-recommends tshark',
  );
});

test.run();
