import fc from 'fast-check';
import { Ipv4Address, Ipv4Prefix, Ipv6Address, Ipv6Prefix, sixRdMap } from '../../../harness/address/index.ts';
import { assert, suite } from '../../support/suite.ts';
import { bitsOf, ipv4Addresses, ipv6Addresses } from '../arbitraries.ts';
import { refusalOf } from '../refusal.ts';

const test = suite('address/mapping/six-rd');

const sixRd = (domainPrefix: string, ipv4Prefix: string) =>
  sixRdMap({ domainPrefix: Ipv6Prefix.parse(domainPrefix), ipv4Prefix: Ipv4Prefix.parse(ipv4Prefix) });

interface Vector {
  readonly domainPrefix: string;
  readonly ipv4Prefix: string;
  readonly node: string;
  readonly nodePrefix: string;
  readonly innerDestination: string;
}

// Each was sent through a Linux sit device and its outer destination read, except for the two marked.
const VECTORS: readonly Vector[] = [
  {
    domainPrefix: 'fd5a:1234:5600::/40',
    ipv4Prefix: '10.0.0.0/8',
    node: '10.0.9.7',
    nodePrefix: 'fd5a:1234:5600:907::/64',
    innerDestination: 'fd5a:1234:5600:907::10',
  },
  {
    domainPrefix: '2001:db8::/32',
    ipv4Prefix: '0.0.0.0/0',
    node: '203.0.113.77',
    nodePrefix: '2001:db8:cb00:714d::/64',
    innerDestination: '2001:db8:cb00:714d::10',
  },
  {
    domainPrefix: '2001:db8:8000::/33',
    ipv4Prefix: '192.0.0.0/8',
    node: '192.0.113.77',
    nodePrefix: '2001:db8:8038:a680::/57',
    innerDestination: '2001:db8:8038:a680::10',
  },
  {
    domainPrefix: '2001:db8:a000::/37',
    ipv4Prefix: '100.64.0.0/10',
    node: '100.101.3.4',
    nodePrefix: '2001:db8:a4a0:6080::/59',
    innerDestination: '2001:db8:a4a0:6080::10',
  },
  {
    domainPrefix: '2001:db8:0:ff00::/56',
    ipv4Prefix: '10.0.0.0/24',
    node: '10.0.0.9',
    nodePrefix: '2001:db8:0:ff09::/64',
    innerDestination: '2001:db8:0:ff09::10',
  },
  {
    domainPrefix: '2001:d00::/27',
    ipv4Prefix: '0.0.0.0/0',
    node: '198.51.100.200',
    nodePrefix: '2001:d18:c66c:9900::/59',
    innerDestination: '2001:d18:c66c:9900::10',
  },
  {
    // Zero embedded bits.
    domainPrefix: '2001:db8:0:ffff::/64',
    ipv4Prefix: '10.0.0.9/32',
    node: '10.0.0.9',
    nodePrefix: '2001:db8:0:ffff::/64',
    innerDestination: '2001:db8:0:ffff::10',
  },
  {
    // 6to4 as a 6rd domain.
    domainPrefix: '2002::/16',
    ipv4Prefix: '0.0.0.0/0',
    node: '10.0.0.2',
    nodePrefix: '2002:a00:2::/48',
    innerDestination: '2002:a00:2::1',
  },
  {
    // After RFC 5969 section 7.1.1; not measured.
    domainPrefix: '2001:db8::/32',
    ipv4Prefix: '10.0.0.0/8',
    node: '10.100.100.1',
    nodePrefix: '2001:db8:6464:100::/56',
    innerDestination: '2001:db8:6464:100::1',
  },
  {
    // A /56 for the last octet of a home network; not measured.
    domainPrefix: '2001:db8:1:aa00::/56',
    ipv4Prefix: '192.168.1.0/24',
    node: '192.168.1.155',
    nodePrefix: '2001:db8:1:aa9b::/64',
    innerDestination: '2001:db8:1:aa9b::10',
  },
];

for (const [index, vector] of VECTORS.entries()) {
  test(`maps vector V${index + 1} both ways: ${vector.node} in ${vector.domainPrefix} with ${vector.ipv4Prefix}`, () => {
    const map = sixRd(vector.domainPrefix, vector.ipv4Prefix);
    const nodePrefix = map.nodePrefix(Ipv4Address.parse(vector.node));
    assert.is(nodePrefix.toString(), vector.nodePrefix);
    assert.is(map.nodePrefixLength, nodePrefix.length);
    const innerDestination = Ipv6Address.parse(vector.innerDestination);
    assert.ok(nodePrefix.contains(innerDestination));
    assert.is(map.embeddedIpv4(innerDestination)?.toString(), vector.node);
  });
}

const SEED = 5969;
const SAMPLES = fc.sample(fc.record({ node: ipv4Addresses, domain: ipv6Addresses, tail: ipv6Addresses }), {
  seed: SEED,
  numRuns: 3,
});

test('agrees with bit strings for every possible pair of prefix length and IPv4 mask length, and refuses all others', () => {
  let accepted = 0;
  let refused = 0;
  for (let prefixLength = 0; prefixLength <= 128; prefixLength += 1) {
    for (let maskLength = 0; maskLength <= 32; maskLength += 1) {
      for (const { node, domain, tail } of SAMPLES) {
        const domainPrefix = Ipv6Prefix.of(domain, prefixLength);
        const ipv4Prefix = Ipv4Prefix.of(node, maskLength);
        if (prefixLength + 32 - maskLength > 64) {
          refusalOf(() => sixRdMap({ domainPrefix, ipv4Prefix }));
          refused += 1;
          continue;
        }
        const map = sixRdMap({ domainPrefix, ipv4Prefix });
        const nodeBits = bitsOf(domain).slice(0, prefixLength) + bitsOf(node).slice(maskLength);
        const nodePrefix = map.nodePrefix(node);
        assert.is(nodePrefix.length, nodeBits.length);
        assert.is(bitsOf(nodePrefix.address), nodeBits.padEnd(128, '0'));
        const inner = Ipv6Address.fromBigInt(BigInt(`0b${nodeBits}${bitsOf(tail).slice(nodeBits.length)}`));
        assert.is(map.embeddedIpv4(inner)?.toString(), node.toString());
        accepted += 1;
      }
    }
  }
  // 33 pairs for each prefix length up to 32, then one pair less for each further bit up to 64.
  assert.is(accepted, SAMPLES.length * (33 * 33 + (32 * 33) / 2));
  assert.is(refused, SAMPLES.length * 129 * 33 - accepted);
});

const domains = fc
  .tuple(fc.integer({ min: 0, max: 64 }), fc.integer({ min: 0, max: 32 }), ipv6Addresses, ipv4Addresses)
  .filter(([prefixLength, maskLength]) => prefixLength + 32 - maskLength <= 64)
  .map(([prefixLength, maskLength, domain, common]) => ({
    domainPrefix: Ipv6Prefix.of(domain, prefixLength),
    ipv4Prefix: Ipv4Prefix.of(common, maskLength),
  }));

test('brings every node back from any address of its prefix', () => {
  fc.assert(
    fc.property(
      domains,
      ipv4Addresses,
      fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
      (parameters, anyNode, anyPlace) => {
        const map = sixRdMap(parameters);
        const node = parameters.ipv4Prefix.at(anyNode.toNumber() % 2 ** (32 - parameters.ipv4Prefix.length));
        const nodePrefix = map.nodePrefix(node);
        assert.ok(map.domainPrefix.covers(nodePrefix));
        const address = nodePrefix.at(BigInt.asUintN(128 - nodePrefix.length, anyPlace));
        assert.is(map.embeddedIpv4(address)?.toString(), node.toString());
      },
    ),
  );
});

test('gives different nodes different prefixes', () => {
  fc.assert(
    fc.property(domains, ipv4Addresses, ipv4Addresses, (parameters, left, right) => {
      const size = 2 ** (32 - parameters.ipv4Prefix.length);
      const nodes = [left, right].map((address) => parameters.ipv4Prefix.at(address.toNumber() % size));
      const [one, other] = nodes.map((node) => sixRdMap(parameters).nodePrefix(node).toString());
      assert.is(one === other, nodes[0]?.toString() === nodes[1]?.toString());
    }),
  );
});

test('finds no node in addresses outside the domain', () => {
  const map = sixRd('fd5a:1234:5600::/40', '10.0.0.0/8');
  for (const text of [
    'fd5a:1234:5700::10',
    'fd5a:1234:55ff::10',
    '2002:a00:907::1',
    '::10.0.9.7',
    '::ffff:10.0.9.7',
    'fe80::a00:907',
  ]) {
    assert.is(map.embeddedIpv4(Ipv6Address.parse(text)), undefined);
  }
});

test('refuses a node outside the common IPv4 prefix', () => {
  const map = sixRd('fd5a:1234:5600::/40', '10.0.0.0/8');
  assert.match(refusalOf(() => map.nodePrefix(Ipv4Address.parse('11.0.9.7'))).message, '10.0.0.0/8');
  refusalOf(() => sixRd('2001:db8:0:ffff::/64', '10.0.0.9/32').nodePrefix(Ipv4Address.parse('10.0.0.8')));
});

test('refuses impossible parameters', () => {
  const error = refusalOf(() => sixRd('fd5a:1234:5600::/40', '0.0.0.0/0'));
  assert.is(error.code, 'ADDRESS_INVALID');
  assert.match(error.message, '40 + 32 = 72');
  refusalOf(() => sixRd('2001:db8::/33', '0.0.0.0/0'));
  refusalOf(() => sixRd('2001:db8:0:ff00::/57', '10.0.0.0/24'));
  refusalOf(() => sixRd('2001:db8::/65', '10.0.0.9/32'));
  refusalOf(() => sixRd('fd5a:1234:5678::/40', '10.0.0.0/8'));
  refusalOf(() => sixRd('fd5a:1234:5600::/40', '10.0.0.1/8'));
});

test.run();
