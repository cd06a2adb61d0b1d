import { Ipv4Address } from '../../harness/address/index.ts';
import { planAddresses } from '../../harness/plan/address-plan.ts';
import { compareSchemes } from '../../harness/plan/capacity.ts';
import { linuxNodeCommands } from '../../harness/plan/node-commands.ts';
import { PlanError } from '../../harness/plan/plan-error.ts';
import { planText } from '../../harness/plan/plan-text.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('plan');

const planOf = (profile: string, nodes: readonly string[] = [], underlayMtuBytes = 1500) =>
  planAddresses({
    profile: parseProfile(profile),
    underlayMtuBytes,
    nodes: nodes.map((text) => Ipv4Address.parse(text)),
  });

test('gives each node the prefix that its address spells', () => {
  const plan = planOf('overlay', ['10.2.3.4', '10.255.0.1']);
  assert.equal(
    plan.nodes.map(({ prefix }) => prefix.toString()),
    ['fd5a:1234:5602:304::/64', 'fd5a:1234:56ff:1::/64'],
  );
  assert.is(plan.subnetsPerNode, 1n);
  assert.is(plan.maximumNodes, 2 ** 24 - 2);
  assert.equal(
    planOf('6to4', ['192.0.2.4']).nodes.map(({ prefix }) => prefix.toString()),
    ['2002:c000:204::/48'],
  );
  assert.is(planOf('6to4').subnetsPerNode, 65_536n);
});

test('the MTU of pods is what the encapsulation leaves, and never less than IPv6 needs', () => {
  assert.is(planOf('overlay').podMtuBytes, 1480);
  assert.is(planOf('overlay,encap=fou:3544').podMtuBytes, 1472);
  assert.is(planOf('overlay', [], 1300).podMtuBytes, 1280);
  assert.throws(() => planOf('overlay', [], 1299), PlanError);
});

test('refuses a profile without a map, and a node that the map does not know', () => {
  assert.throws(() => planOf('6in4'), /embeds IPv4 addresses/);
  assert.throws(() => planOf('overlay', ['192.168.1.1']), /in the underlay 10\.0\.0\.0\/8/);
});

test('compares what the three schemes hold and cost', () => {
  const [fixed, pool, stateless] = compareSchemes(planOf('6rd:fd5a::/32+10.0.0.0/8'), {
    nodes: 65_000,
    podsPerNode: 500,
    movesPerPodPerHour: 4,
  });
  // 500 pods and three other addresses need a /23: 2^15 of them in a /8.
  assert.is(fixed?.maximumNodes, 32_768);
  assert.is(fixed?.fits, false);
  // Every node hears of every move: 65,000 nodes, 32.5 million pods, 4 moves in 3600 s.
  assert.is(pool?.updatesPerSecond, (65_000 * 32_500_000 * 4) / 3600);
  assert.is(pool?.entriesPerNode, 32_499_500);
  assert.is(pool?.fits, false);
  assert.is(stateless?.entriesPerNode, 1);
  assert.is(stateless?.updatesPerSecond, 0);
  assert.is(stateless?.fits, true);
});

test('the commands of a node name its own addresses', () => {
  const profile = parseProfile('overlay,encap=fou:3544');
  const plan = planOf('overlay,encap=fou:3544', ['10.2.3.4']);
  const [node] = plan.nodes;
  assert.ok(node !== undefined);
  const commands = node === undefined ? [] : linuxNodeCommands(profile, plan, node);
  assert.match(commands.join('\n'), 'local 10.2.3.4 6rd-prefix fd5a:1234:5600::/40 6rd-relay_prefix 10.0.0.0/8');
  assert.match(commands.join('\n'), 'encap fou encap-sport auto encap-dport 3544');
  assert.match(commands.join('\n'), 'mtu 1472 up');
});

test('the text has no number that is not finite', () => {
  const plan = planOf('overlay');
  const size = { nodes: 10, podsPerNode: 10, movesPerPodPerHour: 0 };
  const text = planText({ profile: 'overlay', plan, size, schemes: compareSchemes(plan, size), commands: [] });
  assert.not.match(text, /NaN|Infinity|∞|undefined/);
  assert.match(text, 'no limit');
});

test.run();
