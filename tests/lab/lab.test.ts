import { Ipv4Address, Ipv4Prefix } from '../../harness/address/index.ts';
import { createLab, targetSetup, type Lab } from '../../harness/lab/index.ts';
import { MacAddress } from '../../harness/packet/mac-address.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { setupEnvironment, switchVariable } from '../../harness/target/environment.ts';
import type { TargetSetup } from '../../harness/target/setup.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('lab');

const mac = (last: number): MacAddress => MacAddress.fromBytes(Uint8Array.of(0x02, 0x41, 0, 0, 0, last));
const dutMacs = { P: mac(1), U: mac(2), U2: mac(3) };
const labOf = (profile: string): Lab => createLab(parseProfile(profile), { dutMacs });
const setupOf = (lab: Lab): TargetSetup =>
  targetSetup(lab, {
    ports: new Map([
      ['P', { interfaceName: 'eth0', macAddress: mac(1).toString() }],
      ['U', { interfaceName: 'eth1', macAddress: mac(2).toString() }],
      ['U2', { interfaceName: 'eth2', macAddress: mac(3).toString() }],
    ]),
    underlayMtuBytes: 1500,
    podMtuBytes: 1500,
    secondUnderlayPort: false,
    routesOverU2: [],
  });

// The test bed of the catalogue, section "How to read it".
const TEST_BED: readonly (readonly [string, string, string, string, string])[] = [
  ['overlay', '10.0.0.1', 'fd5a:1234:5600:1::/64', '10.0.0.2', 'fd5a:1234:5600:2::/64'],
  ['6rd', '10.0.0.1', 'fd5a:1234:5600:1::/64', '10.0.0.2', 'fd5a:1234:5600:2::/64'],
  ['6to4', '192.0.2.10', '2002:c000:20a::/48', '192.0.2.20', '2002:c000:214::/48'],
  ['6in4', '192.0.2.10', '2001:db8:1::/64', '192.0.2.20', '2001:db8:2::/64'],
  ['gre', '192.0.2.10', '2001:db8:1::/64', '192.0.2.20', '2001:db8:2::/64'],
  ['ip6ip6', '192.0.2.10', '2001:db8:1::/64', '192.0.2.20', '2001:db8:2::/64'],
  ['6rd-br', '10.0.0.1', 'fd5a:1234:5600:1::/64', '10.0.0.2', 'fd5a:1234:5600:2::/64'],
];

for (const [profile, n1, n1Prefix, n2, n2Prefix] of TEST_BED) {
  test(`${profile} has the nodes of the test bed`, () => {
    const lab = labOf(profile);
    assert.is(lab.n1.ipv4.toString(), n1);
    assert.is(lab.n1.nodePrefix.toString(), n1Prefix);
    assert.is(lab.n2.ipv4.toString(), n2);
    assert.is(lab.n2.nodePrefix.toString(), n2Prefix);
    assert.ok(lab.n1.nodePrefix.contains(lab.overlayAddress));
    for (const pod of lab.pods) assert.ok(lab.n1.nodePrefix.contains(pod));
    assert.not.ok(lab.pods.some((pod) => pod.equals(lab.unassignedPod)));
  });
}

test('every player of the segment has an address and a MAC address of its own', () => {
  for (const [profile] of TEST_BED) {
    const { underlay, macOf } = labOf(profile);
    const players = [
      underlay.n2,
      underlay.n3,
      underlay.relay,
      underlay.gatewayA,
      underlay.gatewayB,
      underlay.dut,
      underlay.dutSecondary,
      underlay.unassigned,
    ];
    assert.is(new Set(players.map(String)).size, players.length, profile);
    assert.is(new Set(players.map((player) => macOf(player).toString())).size, players.length, profile);
  }
});

test('the two gateways lead to networks of their own, and one network leads nowhere', () => {
  for (const [profile] of TEST_BED) {
    const lab = labOf(profile);
    const { underlay } = lab;
    const first = (prefix: Ipv4Prefix | undefined): Ipv4Address => prefix?.at(9) ?? Ipv4Address.parse('0.0.0.0');
    assert.is(lab.nextHop(first(underlay.behindA))?.toString(), underlay.gatewayA.toString(), profile);
    assert.is(lab.nextHop(first(underlay.behindB))?.toString(), underlay.gatewayB.toString(), profile);
    assert.is(lab.nextHop(first(underlay.unroutable)), undefined, profile);
    assert.is(lab.nextHop(underlay.n2)?.toString(), underlay.n2.toString(), profile);
  }
});

test('a mapping vector moves the whole lab into its IPv4 prefix', () => {
  const lab = labOf('6rd:2001:db8:a000::/37+100.64.0.0/10');
  const common = Ipv4Prefix.parse('100.64.0.0/10');
  for (const address of [lab.underlay.dut, lab.underlay.n2, lab.underlay.n3]) assert.ok(common.contains(address));
  assert.is(lab.node(Ipv4Address.parse('100.101.3.4')).nodePrefix.toString(), '2001:db8:a4a0:6080::/59');
});

test('the broadcast address follows the prefix length of the segment', () => {
  const lab = createLab(parseProfile('overlay'), { dutMacs, underlayPrefixLength: 25 });
  assert.is(lab.subnetBroadcast.toString(), '10.0.0.127');
  assert.is(labOf('overlay').subnetBroadcast.toString(), '10.0.0.255');
});

test('the gateways stay on the segment, whatever its length', () => {
  for (const profile of ['overlay', '6to4']) {
    for (const underlayPrefixLength of [16, 24, 25, 28, 30, 31]) {
      const { underlay } = createLab(parseProfile(profile), { dutMacs, underlayPrefixLength });
      for (const gateway of [underlay.gatewayA, underlay.gatewayB]) {
        assert.ok(underlay.segment.contains(gateway), `${profile} /${String(underlayPrefixLength)}`);
        assert.not.ok(gateway.equals(underlay.dut) || gateway.equals(underlay.dutSecondary));
      }
    }
  }
});

test('the target is told the whole set-up, and a shell script the same in variables', () => {
  const setup = setupOf(labOf('overlay'));
  assert.equal(setup.mapping, {
    kind: '6rd',
    domainPrefix: 'fd5a:1234:5600::/40',
    ipv4Prefix: '10.0.0.0/8',
    role: 'ce',
  });
  assert.equal(setup.overlay.tunnelRoutes, ['fd5a:1234:5600::/40']);
  assert.equal(Object.keys(setup.ports), ['P', 'U']);
  const variables = setupEnvironment(setup);
  assert.is(variables['PROTO41_6RD_PREFIX'], 'fd5a:1234:5600::/40');
  assert.is(variables['PROTO41_PORT_U'], 'eth1');
  assert.is(
    variables['PROTO41_UNDERLAY_ROUTES'],
    '0.0.0.0/0,10.0.0.251 10.2.0.0/16,10.0.0.252 10.3.0.0/16,unreachable',
  );
  assert.is(variables['PROTO41_SWITCH_MTU_MODE'], 'dynamic');
  assert.is(
    variables['PROTO41_PODS'],
    Array.from({ length: 12 }, (_, index) => `fd5a:1234:5600:1::${(0x10 + index).toString(16)}`).join(' '),
  );
});

test('a configured tunnel names its remote, and a relay is named only where one is configured', () => {
  assert.equal(setupOf(labOf('6in4')).mapping, { kind: '6in4', remote: '192.0.2.20' });
  assert.is(setupOf(labOf('6rd')).overlay.relay, undefined);
  assert.is(setupOf(labOf('6rd,relay=configured')).overlay.relay, '10.0.0.5');
  assert.equal(setupOf(labOf('6rd,relay=configured')).overlay.relayRoutes, ['2001:db8:ffff::/48']);
});

test('an outer IPv6 header has an underlay that is the image of the IPv4 one', () => {
  const setup = setupOf(labOf('ip6ip6'));
  assert.equal(setup.mapping, { kind: 'ip6ip6', remote: 'fd00:6::c000:214' });
  const { ipv6 } = setup.underlay;
  assert.is(ipv6?.address, 'fd00:6::c000:20a');
  assert.is(ipv6?.prefixLength, 120);
  assert.equal(ipv6?.routes[0], { destination: 'fd00:6::/96', gateway: 'fd00:6::c000:2fb' });
  const variables = setupEnvironment(setup);
  assert.is(variables['PROTO41_REMOTE'], 'fd00:6::c000:214');
  assert.is(variables['PROTO41_UNDERLAY6_ADDRESS'], 'fd00:6::c000:20a');
  assert.is(setupOf(labOf('6in4')).underlay.ipv6, undefined);
});

test('an ISATAP link has addresses with and without the u bit, a router list and a next hop without an endpoint', () => {
  const lab = labOf('isatap');
  assert.is(lab.isatap?.addressOf(lab.n2.ipv4, 'global', false).toString(), '2001:db8:41::5efe:c000:214');
  assert.is(lab.isatap?.addressOf(lab.n2.ipv4, 'link-local', true).toString(), 'fe80::200:5efe:c000:214');
  const variables = setupEnvironment(setupOf(lab));
  assert.is(variables['PROTO41_ISATAP_ROUTERS'], '192.0.2.20');
  assert.is(
    variables['PROTO41_ISATAP_ROUTES'],
    '2001:db8:2::/64,fe80::5efe:c000:214 2001:db8:42::/64,fe80::200:5efe:c000:214 2001:db8:43::/64,fe80::c000:214',
  );
  assert.is(
    setupEnvironment(setupOf(labOf('isatap,relay=configured')))['PROTO41_ISATAP_ROUTERS'],
    '192.0.2.20 192.0.2.99',
  );
});

test('behind a border relay the outside is native', () => {
  const setup = setupOf(labOf('6rd-br,relay=configured'));
  assert.equal(setup.overlay.relayRoutes, []);
  assert.equal(
    setup.pods.nativeRoutes.map(({ destination }) => destination),
    ['fd00:99::/48', '2001:db8:ffff::/48'],
  );
  assert.is(setupEnvironment(setup)['PROTO41_6RD_ROLE'], 'br');
});

test('switch names become variables of the usual form', () => {
  assert.is(switchVariable('mtuMode'), 'PROTO41_SWITCH_MTU_MODE');
  assert.is(switchVariable('icmp4Translate'), 'PROTO41_SWITCH_ICMP4_TRANSLATE');
  assert.is(switchVariable('ecnEncap'), 'PROTO41_SWITCH_ECN_ENCAP');
  assert.is(switchVariable('tos'), 'PROTO41_SWITCH_TOS');
});

test.run();
