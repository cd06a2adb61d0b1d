import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyNoTun } from '../../harness/node/netns/index.ts';
import { assert, suite } from '../support/suite.ts';
import { commandLine } from '../cli/support.ts';
import { runCases, upWithoutPrograms, whyNoTarget } from './support.ts';

const test = suite('targets/socat-6in4', { timeoutMs: 120_000 });
const reason = (await whyNoTarget('socat', 'nft')) ?? whyNoTun();

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-socat-'));
});
test.after(() => rm(folder, { recursive: true }));

test.skipIf(reason, 'it keeps the contract, and leaves nothing behind', async () => {
  const { exitCode, stdout } = await commandLine('target', 'check', 'socat-6in4');
  assert.is(exitCode, 0, stdout);
});

test.skipIf(reason, 'its deviations are those that it declares, and malformed packets do not end it', async () => {
  const cases = [
    'encap.p*',
    'decap.inner-version',
    'decap.short-outer-payload',
    'decap.invalid-inner-source',
    'dscp-ecn.ingress-table',
    'security.malformed-survival',
  ];
  const { exitCode, stdout, result } = await runCases('socat-6in4', '6in4', join(folder, 'run'), cases);
  assert.is(exitCode, 0, stdout);
  const verdicts = new Map(result.cases.map(({ id, verdict }) => [id, verdict]));
  for (const id of ['decap.inner-version', 'decap.short-outer-payload', 'security.malformed-survival']) {
    assert.is(verdicts.get(id), 'pass', id);
  }
  for (const id of ['decap.invalid-inner-source', 'dscp-ecn.ingress-table']) assert.is(verdicts.get(id), 'fail', id);
});

test('without socat it refuses, and names the package', () => {
  const { exitCode, stderr } = upWithoutPrograms('socat-6in4', '6in4');
  assert.is(exitCode, 127, stderr);
  assert.match(stderr, 'Debian package socat');
});

test('an overlay is not for it', () => {
  const { exitCode, stderr } = upWithoutPrograms('socat-6in4', 'overlay');
  assert.is(exitCode, 127, stderr);
  assert.match(stderr, 'mapping 6rd');
});

test.run();
