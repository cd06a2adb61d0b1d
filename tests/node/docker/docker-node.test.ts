import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { findCommand } from '../../../scripts/requirements.mjs';
import { assert, suite } from '../../support/suite.ts';
import { pause } from '../netns/support.ts';
import { importImage, makeImageTarget, whyNoDocker } from './support.ts';

const test = suite('node/docker/docker-node', { timeoutMs: 120_000 });
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ACME = join(ROOT, 'tests/node/netns/fixtures/acme-6rd');
const IMAGE = `proto41-test-${process.pid}:1`;
const reason = (await whyNoDocker()) ?? (findCommand('cc') === undefined ? 'no C compiler' : undefined);

let folder: string;
let target: string;
test.before(async () => {
  if (reason !== undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'proto41-docker-'));
  target = join(folder, 'acme');
  await cp(ACME, target, { recursive: true });
  await execa('cc', ['-O2', '-static', '-o', join(target, 'acme'), join(target, 'acme.c')]);
  await importImage(folder, IMAGE);
  await makeImageTarget(target, IMAGE);
});
test.after(async () => {
  if (reason !== undefined) return;
  await execa('docker', ['rmi', '--force', IMAGE], { reject: false });
  await rm(folder, { recursive: true, force: true });
});

const proto41 = (...parameters: readonly string[]) =>
  execa('node', ['--import', 'tsx', 'run.ts', ...parameters], { cwd: ROOT, reject: false });

const containers = async (): Promise<string[]> => {
  const { stdout } = await execa('docker', ['ps', '--all', '--quiet', '--filter', `ancestor=${IMAGE}`]);
  return stdout.split('\n').filter((line) => line !== '');
};

test.skipIf(reason, 'a target in a container keeps the contract, and leaves no container', async () => {
  const { exitCode, stdout, stderr } = await proto41('target', 'check', target);
  assert.is(exitCode, 0, stdout + stderr);
  assert.match(stdout, /^ok {7}node {20}docker, /m);
  assert.match(stdout, /^ok {7}state after down {8}that of a fresh machine$/m);
  assert.equal(await containers(), []);
});

test.skipIf(reason, 'its deviations are those that it has elsewhere', async () => {
  const out = join(folder, 'out');
  const cases = ['--case', 'decap.source-matches-embedded'];
  const { stdout } = await proto41('run', '--target', target, ...cases, '--out', out, '--json');
  const { cases: results, node } = JSON.parse(stdout) as { cases: { id: string; verdict: string }[]; node: object }; // as results-1.json says
  assert.is(results.find(({ id }) => id === 'decap.source-matches-embedded')?.verdict, 'fail');
  assert.is(Object(node).node, 'docker');
  assert.equal(await containers(), []);
});

test.skipIf(
  reason,
  'a container has no privileges but those of a network, and what a killed run leaves is removed by the next one',
  async () => {
    const out = join(folder, 'killed');
    const run = proto41('run', '--target', target, '--case', 'decap.*', '--repeat', '50', '--out', out);
    for (let waited = 0; (await containers()).length === 0 && waited < 300; waited += 1) await pause(50);
    const [id = ''] = await containers();
    const format = '{{.HostConfig.Privileged}} {{.HostConfig.CapAdd}} {{.HostConfig.NetworkMode}}';
    const { stdout } = await execa('docker', ['inspect', '--format', format, id]);
    assert.match(stdout, /^false \[(CAP_)?NET_ADMIN (CAP_)?NET_RAW\] none$/);
    run.kill('SIGKILL');
    await run;
    await proto41('target', 'check', target);
    assert.equal(await containers(), []);
  },
);

test.skipIf(reason, 'SIGTERM ends a run with its container', async () => {
  const out = join(folder, 'ended');
  const run = proto41('run', '--target', target, '--case', 'decap.*', '--repeat', '50', '--out', out);
  for (let waited = 0; (await containers()).length === 0 && waited < 300; waited += 1) await pause(50);
  run.kill('SIGTERM');
  await run;
  assert.equal(await containers(), []);
});

test.skipIf(reason, 'an image that is not there is said to be missing', async () => {
  const missing = join(folder, 'missing');
  await cp(target, missing, { recursive: true });
  await makeImageTarget(missing, 'proto41-no-such-image:1');
  const { exitCode, stderr } = await proto41('target', 'check', missing);
  assert.is(exitCode, 3);
  assert.match(stderr, /image proto41-no-such-image:1.*NODE_DOCKER_START/);
});

test.run();
