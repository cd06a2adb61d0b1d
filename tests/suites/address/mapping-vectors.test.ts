import { Ipv4Address, Ipv4Prefix, Ipv6Address, Ipv6Prefix, sixRdMap } from '../../../harness/address/index.ts';
import { createLab, type Lab } from '../../../harness/lab/index.ts';
import { MacAddress } from '../../../harness/packet/index.ts';
import { parseProfile } from '../../../harness/profile/index.ts';
import { seededRandom } from '../../../harness/random.ts';
import {
  LITERAL_VECTORS,
  MATRIX,
  profileTextWith,
  randomRemotes,
  TWO_NODE_DOMAIN,
  type MappingVector,
} from '../../../suites/address/mapping-vectors.ts';
import { assert, suite } from '../../support/suite.ts';

const dutMacs = { P: MacAddress.ZERO, U: MacAddress.ZERO, U2: MacAddress.ZERO };
const base = parseProfile('overlay,encap=fou:3544');
const labOf = ({ domain, dutIpv4 }: MappingVector): Lab =>
  createLab(parseProfile(profileTextWith(base, domain)), {
    dutMacs,
    ...(dutIpv4 === undefined ? {} : { dutIpv4: Ipv4Address.parse(dutIpv4) }),
  });

const test = suite('suites/address/mapping-vectors');

test('the literal vectors agree with the map both ways', () => {
  for (const vector of LITERAL_VECTORS) {
    const { map } = labOf(vector);
    const { remote } = vector;
    if (map === undefined || remote === undefined) throw new Error(`${vector.name} has no map or no remote`);
    assert.equal(map.embeddedIpv4(remote.overlay)?.toString(), remote.ipv4.toString(), vector.name);
    assert.ok(map.nodePrefix(remote.ipv4).contains(remote.overlay), vector.name);
  }
});

test('every set-up has a lab whose nodes are in the domain', () => {
  for (const vector of [...LITERAL_VECTORS, ...MATRIX, TWO_NODE_DOMAIN]) {
    const { map, n1, n2 } = labOf(vector);
    assert.equal(map?.embeddedIpv4(n1.pod())?.toString(), n1.ipv4.toString(), vector.name);
    assert.equal(map?.embeddedIpv4(n2.pod())?.toString(), n2.ipv4.toString(), vector.name);
    assert.not.equal(n1.ipv4.toString(), n2.ipv4.toString(), vector.name);
  }
});

test('the options of the profile stay when its domain changes', () => {
  const profile = parseProfile(profileTextWith(base, '2001:db8::/32+0.0.0.0/0'));
  assert.equal(profile.encapsulation, base.encapsulation);
  assert.equal(profile.switches, base.switches);
});

test('random remotes are nodes that the DUT can reach, and all that a small domain has', () => {
  for (const vector of [...LITERAL_VECTORS, ...MATRIX]) {
    const lab = labOf(vector);
    const remotes = randomRemotes(lab, seededRandom(vector.name), 20);
    assert.equal(remotes.length, 20, vector.name);
    for (const { ipv4 } of remotes) {
      assert.not.equal(ipv4.toString(), lab.n1.ipv4.toString());
      assert.ok(lab.nextHop(ipv4) !== undefined, ipv4.toString());
    }
  }
  const [only, ...others] = randomRemotes(labOf(TWO_NODE_DOMAIN), seededRandom('1'), 20);
  assert.equal(only?.ipv4.toString(), '10.0.0.2');
  assert.equal(others.length, 0);
});

test('V7, a domain of one node: every address leads to that node', () => {
  const map = sixRdMap({
    domainPrefix: Ipv6Prefix.parse('2001:db8:0:ffff::/64'),
    ipv4Prefix: Ipv4Prefix.parse('10.0.0.9/32'),
  });
  assert.equal(map.embeddedIpv4(Ipv6Address.parse('2001:db8:0:ffff:a00:2::10'))?.toString(), '10.0.0.9');
  assert.equal(map.nodePrefix(Ipv4Address.parse('10.0.0.9')).toString(), '2001:db8:0:ffff::/64');
});

test.run();
