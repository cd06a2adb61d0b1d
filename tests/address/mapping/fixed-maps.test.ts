import fc from 'fast-check';
import {
  compatibleMap,
  Ipv4Address,
  Ipv6Address,
  Ipv6Prefix,
  isatapMap,
  sixToFourMap,
} from '../../../harness/address/index.ts';
import { assert, suite } from '../../support/suite.ts';
import { bitsOf, ipv4Addresses, ipv6Addresses } from '../arbitraries.ts';
import { refusalOf } from '../refusal.ts';

const test = suite('address/mapping/fixed-maps');

const ipv4 = (text: string) => Ipv4Address.parse(text);
const ipv6 = (text: string) => Ipv6Address.parse(text);
const isatap = () => isatapMap(Ipv6Prefix.parse('2001:db8:0:1::/64'));

test('6to4 puts the IPv4 address into bits 16 to 47', () => {
  const map = sixToFourMap();
  assert.is(map.kind, '6to4');
  assert.is(map.nodePrefix(ipv4('10.0.0.2')).toString(), '2002:a00:2::/48');
  assert.is(map.nodePrefix(ipv4('192.0.2.4')).toString(), '2002:c000:204::/48');
  assert.is(map.embeddedIpv4(ipv6('2002:a00:2::1'))?.toString(), '10.0.0.2');
  fc.assert(
    fc.property(ipv4Addresses, ipv6Addresses, (node, tail) => {
      const bits = `0010000000000010${bitsOf(node)}`;
      assert.is(bitsOf(map.nodePrefix(node).address), bits.padEnd(128, '0'));
      const inner = Ipv6Address.fromBigInt(BigInt(`0b${bits}${bitsOf(tail).slice(48)}`));
      assert.is(map.embeddedIpv4(inner)?.toString(), node.toString());
    }),
  );
});

test('6to4 ignores the low 32 bits and finds nothing outside 2002::/16', () => {
  const map = sixToFourMap();
  assert.is(map.embeddedIpv4(ipv6('2002:a00:2::192.0.2.1'))?.toString(), '10.0.0.2');
  for (const text of ['2001:a00:2::1', '2003:a00:2::1', '::10.0.0.2', 'fe80::5efe:a00:2']) {
    assert.is(map.embeddedIpv4(ipv6(text)), undefined);
  }
});

test('ISATAP sets the universal bit for globally unique IPv4 addresses alone', () => {
  assert.is(isatap().nodePrefix(ipv4('10.0.0.2')).toString(), '2001:db8:0:1:0:5efe:a00:2/128');
  assert.is(isatap().nodePrefix(ipv4('198.51.100.1')).toString(), '2001:db8:0:1:200:5efe:c633:6401/128');
});

test('ISATAP reads the address behind either interface identifier and behind no other', () => {
  const map = isatap();
  assert.is(map.kind, 'isatap');
  assert.is(map.embeddedIpv4(ipv6('2001:db8:0:1:0:5efe:10.0.0.2'))?.toString(), '10.0.0.2');
  assert.is(map.embeddedIpv4(ipv6('2001:db8:0:1:200:5efe:10.0.0.2'))?.toString(), '10.0.0.2');
  for (const text of [
    '2001:db8:0:2:0:5efe:10.0.0.2',
    '2001:db8:0:1:100:5efe:10.0.0.2',
    '2001:db8:0:1:0:5eff:10.0.0.2',
    '2001:db8:0:1:1:5efe:10.0.0.2',
    '2001:db8:0:1::10.0.0.2',
  ]) {
    assert.is(map.embeddedIpv4(ipv6(text)), undefined, text);
  }
  fc.assert(
    fc.property(ipv4Addresses, (node) =>
      assert.ok(map.embeddedIpv4(map.nodePrefix(node).address)?.equals(node) === true),
    ),
  );
});

test('ISATAP refuses a link prefix that is not a /64', () => {
  refusalOf(() => isatapMap(Ipv6Prefix.parse('2001:db8::/48')));
  refusalOf(() => isatapMap(Ipv6Prefix.parse('2001:db8::/96')));
});

test('the compatible map reads ::a.b.c.d, but neither IPv4-mapped addresses nor :: and ::1', () => {
  const map = compatibleMap();
  assert.is(map.kind, 'compatible');
  assert.is(map.nodePrefix(ipv4('10.0.0.2')).toString(), '::a00:2/128');
  assert.is(map.embeddedIpv4(ipv6('::10.0.0.2'))?.toString(), '10.0.0.2');
  for (const text of ['::', '::1', '::ffff:10.0.0.2', '1::10.0.0.2']) {
    assert.is(map.embeddedIpv4(ipv6(text)), undefined, text);
  }
  refusalOf(() => map.nodePrefix(ipv4('0.0.0.0')));
  refusalOf(() => map.nodePrefix(ipv4('0.0.0.1')));
  fc.assert(
    fc.property(ipv4Addresses, (node) => {
      fc.pre(node.toNumber() > 1);
      assert.ok(map.embeddedIpv4(map.nodePrefix(node).address)?.equals(node) === true);
    }),
  );
});

test.run();
