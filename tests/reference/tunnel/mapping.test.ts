import { Ipv6Address } from '../../../harness/address/ipv6-address.ts';
import type { EmbeddingMapping } from '../../../harness/reference/config.ts';
import { ipv4Text, parseIpv4Net } from '../../../harness/reference/ipv4/net.ts';
import { matchesPrefix, parseIpv6Net } from '../../../harness/reference/ipv6/prefix.ts';
import { mapping } from '../../../harness/reference/tunnel/mapping.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('reference/tunnel/mapping');

/** Domain prefix, shared IPv4 bits, inner destination, node. */
const VECTORS = [
  ['fd5a:1234:5600::/40', '10.0.0.0/8', 'fd5a:1234:5600:907::10', '10.0.9.7'],
  ['2001:db8::/32', '0.0.0.0/0', '2001:db8:cb00:714d::10', '203.0.113.77'],
  ['2001:db8:8000::/33', '192.0.0.0/8', '2001:db8:8038:a680::10', '192.0.113.77'],
  ['2001:db8:a000::/37', '100.64.0.0/10', '2001:db8:a4a0:6080::10', '100.101.3.4'],
  ['2001:db8:0:ff00::/56', '10.0.0.0/24', '2001:db8:0:ff09::10', '10.0.0.9'],
  ['2001:d00::/27', '0.0.0.0/0', '2001:d18:c66c:9900::10', '198.51.100.200'],
  ['2001:db8:0:ffff::/64', '10.0.0.9/32', '2001:db8:0:ffff::10', '10.0.0.9'],
  ['2002::/16', '0.0.0.0/0', '2002:a00:2::1', '10.0.0.2'],
  ['2001:db8::/32', '10.0.0.0/8', '2001:db8:6464:100::1', '10.100.100.1'],
  ['2001:db8:1:1200::/56', '192.168.1.0/24', '2001:db8:1:129b::1', '192.168.1.155'],
] as const;

for (const [domain, common, destination, node] of VECTORS) {
  test(`${destination} in ${domain} with ${common} leads to ${node}`, () => {
    const map: EmbeddingMapping = {
      kind: '6rd',
      isBorderRelay: false,
      domain: parseIpv6Net(domain),
      common: parseIpv4Net(common),
    };
    const { bytes } = Ipv6Address.parse(destination);
    assert.is(ipv4Text(mapping.embedded(map, bytes, 0)), node);
    assert.ok(mapping.contains(map.domain, bytes, 0));
  });
}

test('an address is compared with exactly as many bits as the prefix has', () => {
  const net = parseIpv6Net('2001:db8:8000::/33');
  assert.ok(matchesPrefix(net, Ipv6Address.parse('2001:db8:ffff::1').bytes, 0));
  assert.not.ok(matchesPrefix(net, Ipv6Address.parse('2001:db8:7fff::1').bytes, 0));
  assert.ok(matchesPrefix(parseIpv6Net('::/0'), net.bytes, 0));
});

test.run();
