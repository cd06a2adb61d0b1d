import { assert, suite } from '../support/suite.ts';
import { commandLine } from './support.ts';

const test = suite('cli/commands/plan');

test('plans from the underlay, the prefix, nodes and pods', async () => {
  const { exitCode, stdout } = await commandLine(
    ...'plan --prefix fd5a::/32 --underlay 172.16.0.0/12 --encap fou:5555'.split(' '),
    ...'--nodes 1000 --pods 250 --moves 36 --node 172.16.0.9'.split(' '),
  );
  assert.is(exitCode, 0);
  assert.match(stdout, 'Overlay 6rd:fd5a::/32+172.16.0.0/12,encap=fou:5555');
  assert.match(stdout, /prefix of a node +\/52, 4096 subnets of \/64/);
  // 1000 nodes hear of 250,000 pods that each move 36 times in 3600 s.
  assert.match(stdout, /shared IPv4 pool +yes +1,048,574 +any +1,048,574 +249,750 +2,500,000 /);
  assert.match(stdout, 'local 172.16.0.9 6rd-prefix fd5a::/32 6rd-relay_prefix 172.16.0.0/12');
  assert.match(stdout, 'encap fou encap-sport auto encap-dport 5555');
});

test('either prefix has a default', async () => {
  assert.match(
    (await commandLine('plan', '--underlay', '192.168.0.0/16')).stdout,
    '6rd:fd5a:1234:5600::/40+192.168.0.0/16',
  );
  assert.match((await commandLine('plan', '--prefix', 'fd00:1::/32')).stdout, '6rd:fd00:1::/32+10.0.0.0/8');
});

test('a cluster that does not fit into the underlay is exit code 1', async () => {
  const { exitCode, stdout } = await commandLine('plan', '--underlay', '10.0.0.0/24', '--nodes', '300');
  assert.is(exitCode, 1);
  assert.match(stdout, /stateless IPv6 +no /);
});

test('a profile and prefixes together, or prefixes that leave no room, are wrong usage', async () => {
  const both = await commandLine('plan', 'overlay', '--prefix', 'fd00::/8');
  assert.is(both.exitCode, 2);
  assert.match(both.stderr, 'found both');
  assert.is((await commandLine('plan', '--prefix', 'fd5a::/60')).exitCode, 2);
  assert.is((await commandLine('plan', '--underlay', '10.0.0.0/99')).exitCode, 2);
});

test.run();
