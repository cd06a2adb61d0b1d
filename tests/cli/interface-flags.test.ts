import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultNode } from '../../harness/cli/default-node.ts';
import { rerunCommand } from '../../harness/runner/rerun.ts';
import { writeTarget } from '../node/netns/support.ts';
import { assert, suite } from '../support/suite.ts';
import { commandLine } from './support.ts';

const test = suite('cli/interface-flags');

test('a target runs where its kind belongs, unless somebody says where', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-node-'));
  await writeTarget(join(folder, 'daemon'), 'process', { up: ':' });
  assert.equal(
    ['reference', 'reference-live', 'linux-sit', join(folder, 'daemon'), 'no-such-target'].map(defaultNode),
    ['memory', 'netns', 'vm', 'netns', 'vm'],
  );
  await rm(folder, { recursive: true });
});

test('a wire is for nodes with network interfaces, and one of those that there are', async () => {
  const wrongNode = await commandLine('run', '--target', 'reference', '--wire', 'pcap');
  assert.is(wrongNode.exitCode, 2);
  assert.match(wrongNode.stderr, '--wire pcap: expected --node netns or docker, found memory');
  const wrongWire = await commandLine('run', '--target', 'reference-live', '--wire', 'ebpf');
  assert.is(wrongWire.exitCode, 2);
  assert.match(wrongWire.stderr, 'Expected one of afpacket, pcap, cap');
});

test('the command that runs a case again names the wire, unless it is the usual one', () => {
  const facts = { target: 'x', profile: 'overlay', caseId: 'a.b', seed: '1', strict: false };
  const rerun = (wire: string): string => rerunCommand({ ...facts, node: { node: 'netns', wire } }, {});
  assert.match(rerun('cap'), '--node netns --wire cap --profile overlay');
  assert.not.match(rerun('afpacket'), '--wire');
});

test.run();
