import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimedProfile } from '../../harness/cli/target-check/claimed-profile.ts';
import { whyNoNetns, writeTarget } from '../node/netns/support.ts';
import { assert, suite } from '../support/suite.ts';
import { commandLine } from './support.ts';

const test = suite('cli/target-check', { timeoutMs: 60_000 });
const noNetns = await whyNoNetns();
const REFUSE = '[ "$PROTO41_MAPPING" = 6rd ] || { echo "not that" >&2; exit 127; }\n';

let folder: string;
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-check-'));
});
test.after.each(() => rm(folder, { recursive: true, force: true }));

interface Checked {
  readonly exitCode: number;
  readonly failed: Readonly<Record<string, string>>;
  readonly stderr: string;
}

const check = async (target: string, ...parameters: readonly string[]): Promise<Checked> => {
  const { exitCode, stdout, stderr } = await commandLine('target', 'check', target, '--json', ...parameters);
  if (stdout === '') return { exitCode, failed: {}, stderr };
  // As the command writes it.
  const { steps } = JSON.parse(stdout) as { steps: { name: string; state: string; found: string }[] };
  const failed = steps.filter(({ state }) => state === 'failed').map(({ name, found }) => [name, found]);
  return { exitCode, failed: Object.fromEntries(failed), stderr };
};

test('the reference keeps the contract, as far as it can be asked', async () => {
  const { exitCode, stdout } = await commandLine('target', 'check', 'reference');
  assert.match(stdout, /^ok {7}packet from a pod {7}came out of port U$/m);
  assert.match(stdout, /^OK reference keeps the contract of a target$/m);
  assert.is(exitCode, 0);
});

test('a manifest that is none is wrong usage, and the field is named', async () => {
  await writeFile(join(folder, 'target.json'), '{"name": "Acme", "kind": "script", "description": "x"}');
  const { exitCode, stderr } = await check(folder);
  assert.is(exitCode, 2);
  assert.match(stderr, 'at name: expected a name in kebab case');
});

test('a kind that a node cannot run is wrong usage', async () => {
  const target = await writeTarget(folder, 'process', { up: REFUSE });
  const { exitCode, stderr } = await check(target, '--node', 'vm');
  assert.is(exitCode, 2);
  assert.match(stderr, 'expected a target of kind script, found kind process');
});

test.skipIf(noNetns, 'a target that is ready for everything is not believed', async () => {
  const target = await writeTarget(folder, 'script', { up: ':', down: ':' });
  const { exitCode, failed } = await check(target, '--node', 'netns');
  assert.is(exitCode, 1);
  assert.equal(Object.keys(failed), ['nonsense question']);
  assert.match(failed['nonsense question'] ?? '', 'with exit code 127');
});

test.skipIf(noNetns, 'what does not forward says which packet did not come out', async () => {
  const up = `${REFUSE}for port in eth0 eth1; do ip link set dev $port up; done`;
  const down = 'for port in eth0 eth1; do ip link set dev $port down; done';
  const { exitCode, failed } = await check(await writeTarget(folder, 'script', { up, down }), '--node', 'netns');
  assert.is(exitCode, 1);
  assert.equal(Object.keys(failed), ['packet from a pod', 'packet from the tunnel']);
});

test.skipIf(noNetns, 'everything that is left behind is named, and what was taken away', async () => {
  const up = `${REFUSE}ip link add left0 type veth peer name left1; ip addr add 192.0.2.1/32 dev lo
ip link set dev eth0 mtu 1400; ip route add unreachable 198.51.100.0/24; setsid sleep 1000 & ip link set dev lo down`;
  const { failed } = await check(await writeTarget(folder, 'script', { up, down: ':' }), '--node', 'netns');
  const state = failed['state after down'] ?? '';
  for (const words of ['interface left0', '192.0.2.1/32', 'mtu 1400', '198.51.100.0/24', 'process sleep'])
    assert.match(state, words);
  assert.match(state, 'not restored: interface lo');
  assert.not.ok('remains' in failed);
});

test.skipIf(noNetns, 'a target that breaks shows its words', async () => {
  const target = await writeTarget(folder, 'process', { up: `${REFUSE}echo "cannot open the engine" >&2; exit 5` });
  const { exitCode, failed } = await check(target);
  assert.is(exitCode, 1);
  assert.match(failed['up'] ?? '', 'found exit code 5:\ncannot open the engine');
});

test('the profile is one that the target claims', () => {
  const manifest = {
    contract: 1,
    name: 'x',
    kind: 'script',
    description: 'x',
    needs: [],
    policies: {},
    extras: [],
  } as const;
  const chosen = (profiles: readonly string[], wanted?: string): string =>
    claimedProfile({ ...manifest, profiles }, wanted).name;
  assert.is(chosen(['6*', 'overlay']), 'overlay');
  assert.is(chosen(['6to4']), '6to4');
  assert.is(chosen(['6to4'], '6in4'), '6in4');
  assert.is(chosen([]), 'overlay');
  assert.match(chosen(['6rd:2001:db8::/32+10.0.0.0/8']), '6rd:2001:db8::/32');
});

test.run();
