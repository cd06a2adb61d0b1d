import { SECOND_REMOTE } from '../../harness/lab/index.ts';
import { startMemoryNode } from '../../harness/node/memory/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { setupEnvironment } from '../../harness/target/environment.ts';
import type { SetupChanges } from '../../harness/tester/context.ts';
import { planSetUp, type SetUp } from '../../harness/tester/set-up.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('tester/setup-extras');

const plan = async (profile: string, changes: SetupChanges): Promise<SetUp> => {
  const session = await startMemoryNode();
  try {
    return planSetUp(session, parseProfile(profile), changes);
  } finally {
    await session[Symbol.asyncDispose]();
  }
};

test('a configured tunnel beside an automatic one leads to N2, with addresses of its own', async () => {
  const { lab, second, setup } = await plan('overlay', { secondTunnel: '6in4,mtu=static:1400' });
  assert.is(second?.n1.ipv4.toString(), lab.n1.ipv4.toString());
  assert.equal(setup.secondTunnel?.mapping, { kind: '6in4', remote: '10.0.0.2' });
  assert.is(setup.secondTunnel?.staticMtuBytes, 1400);
  assert.equal(setup.secondTunnel?.tunnelRoutes, [second?.n2.nodePrefix.toString() ?? '']);
  const variables = setupEnvironment(setup);
  assert.is(variables['PROTO41_REMOTE'], undefined);
  assert.is(variables['PROTO41_SECOND_REMOTE'], '10.0.0.2');
  assert.is(variables['PROTO41_SECOND_SWITCH_MTU_MODE'], 'static');
  assert.is(variables['PROTO41_SECOND_PODS'], second?.pods.join(' '));
  assert.is(variables['PROTO41_SECOND_PORT_P'], undefined);
});

test('two configured tunnels have two remote ends and two destinations', async () => {
  const { lab, second, setup } = await plan('6in4', { secondTunnel: '6in4' });
  assert.equal(setup.mapping, { kind: '6in4', remote: lab.underlay.n2.toString() });
  assert.equal(setup.secondTunnel?.mapping, { kind: '6in4', remote: SECOND_REMOTE.toString() });
  assert.not.equal(second?.n2.nodePrefix.toString(), lab.n2.nodePrefix.toString());
});

test('the second tunnel has the encapsulation of the first', async () => {
  const { second } = await plan('overlay,encap=fou:3544', { secondTunnel: '6in4' });
  assert.equal(second?.profile.encapsulation, { kind: 'fou', port: 3544 });
});

test('without a second tunnel nothing is said of one', async () => {
  const { second, setup } = await plan('overlay', {});
  assert.is(second, undefined);
  assert.is(setup.secondTunnel, undefined);
  assert.not.ok(Object.keys(setupEnvironment(setup)).some((name) => name.startsWith('PROTO41_SECOND_')));
});

test('parameters that no profile can hold reach the target as they are', async () => {
  const { lab, setup } = await plan('overlay', {
    sixRdParameters: { domainPrefix: 'fd5a::/33', ipv4Prefix: '10.0.0.0/33' },
  });
  assert.equal(setup.mapping, { kind: '6rd', role: 'ce', domainPrefix: 'fd5a::/33', ipv4Prefix: '10.0.0.0/33' });
  assert.is(lab.profile.text, parseProfile('overlay').text);
});

test('at the address of N2 the DUT changes places with it', async () => {
  const { lab } = await plan('overlay', { dutIpv4: '10.0.0.2' });
  assert.is(lab.n1.ipv4.toString(), '10.0.0.2');
  assert.is(lab.n2.ipv4.toString(), '10.0.0.1');
});

test.run();
