import fc from 'fast-check';
import { Ipv4Address, Ipv4Prefix, Ipv6Address, Ipv6Prefix } from '../../harness/address/index.ts';
import { assert, suite } from '../support/suite.ts';
import { bitsOf, ipv4Addresses, ipv4Prefixes, ipv6Addresses, ipv6Prefixes } from './arbitraries.ts';
import { refusalOf } from './refusal.ts';

const test = suite('address/prefix');

test('reads and prints prefixes of both families', () => {
  for (const text of ['0.0.0.0/0', '10.0.0.0/8', '100.64.0.0/10', '10.0.0.9/32']) {
    assert.is(Ipv4Prefix.parse(text).toString(), text);
  }
  for (const text of ['::/0', '2001:d00::/27', '2001:db8:8000::/33', '::ffff:0.0.0.0/96', '::1/128']) {
    assert.is(Ipv6Prefix.parse(text).toString(), text);
  }
});

test('refuses host bits and names the prefix that was probably meant', () => {
  assert.match(refusalOf(() => Ipv4Prefix.parse('10.0.0.1/8')).message, '10.0.0.0/8');
  assert.match(refusalOf(() => Ipv6Prefix.parse('2001:db8:8000::/32')).message, '2001:db8::/32');
});

test('refuses malformed lengths and points at the place', () => {
  const refused: readonly (readonly [text: string, position: number])[] = [
    ['10.0.0.0', 8],
    ['10.0.0.0/', 9],
    ['10.0.0.0/33', 9],
    ['10.0.0.0/08', 9],
    ['10.0.0.0/+8', 9],
    ['10.0.0.0/8 ', 9],
    ['10.0.0.0/8/8', 9],
    ['10.0.0.0/1e1', 9],
  ];
  for (const [text, position] of refused) {
    assert.equal(refusalOf(() => Ipv4Prefix.parse(text)).place, { text, position });
  }
  refusalOf(() => Ipv6Prefix.parse('::/129'));
  refusalOf(() => Ipv6Prefix.parse('fe80::%1/64'));
  for (const length of [-1, 33, 1.5, Number.NaN]) {
    refusalOf(() => Ipv4Prefix.of(Ipv4Address.parse('10.0.0.0'), length));
  }
});

test('contains exactly the addresses that begin with its bits', () => {
  fc.assert(
    fc.property(ipv4Prefixes, ipv4Addresses, (prefix, address) => {
      const begins = bitsOf(address).startsWith(bitsOf(prefix.address).slice(0, prefix.length));
      assert.is(prefix.contains(address), begins);
      assert.ok(Ipv4Prefix.of(address, prefix.length).contains(address));
    }),
  );
  fc.assert(
    fc.property(ipv6Prefixes, ipv6Addresses, (prefix, address) => {
      const begins = bitsOf(address).startsWith(bitsOf(prefix.address).slice(0, prefix.length));
      assert.is(prefix.contains(address), begins);
      assert.ok(Ipv6Prefix.of(address, prefix.length).contains(address));
    }),
  );
});

test('loses an address when any one prefix bit changes, and keeps it when any one host bit changes', () => {
  fc.assert(
    fc.property(ipv6Prefixes, fc.integer({ min: 0, max: 127 }), (prefix, bit) => {
      const changed = Ipv6Address.fromBigInt(prefix.address.toBigInt() ^ (1n << BigInt(127 - bit)));
      assert.is(prefix.contains(changed), bit >= prefix.length);
    }),
  );
  fc.assert(
    fc.property(ipv4Prefixes, fc.integer({ min: 0, max: 31 }), (prefix, bit) => {
      const changed = Ipv4Address.fromNumber((prefix.address.toNumber() ^ (1 << (31 - bit))) >>> 0);
      assert.is(prefix.contains(changed), bit >= prefix.length);
    }),
  );
});

test('comes back from its text', () => {
  fc.assert(fc.property(ipv4Prefixes, (prefix) => assert.ok(Ipv4Prefix.parse(prefix.toString()).equals(prefix))));
  fc.assert(fc.property(ipv6Prefixes, (prefix) => assert.ok(Ipv6Prefix.parse(prefix.toString()).equals(prefix))));
});

test('covers itself and longer prefixes inside it, but no shorter one', () => {
  const outer = Ipv6Prefix.parse('2001:db8::/32');
  assert.ok(outer.covers(outer));
  assert.ok(outer.covers(Ipv6Prefix.parse('2001:db8:1::/48')));
  assert.not.ok(outer.covers(Ipv6Prefix.parse('2001:db8::/31')));
  assert.not.ok(outer.covers(Ipv6Prefix.parse('2001:db9::/48')));
  assert.not.ok(outer.equals(Ipv6Prefix.parse('2001:db8::/33')));
  assert.ok(Ipv4Prefix.parse('10.0.0.0/8').covers(Ipv4Prefix.parse('10.1.0.0/16')));
  assert.not.ok(Ipv4Prefix.parse('10.0.0.0/16').covers(Ipv4Prefix.parse('10.0.0.0/8')));
});

test('counts addresses from its first to its last and not beyond', () => {
  const small = Ipv4Prefix.parse('192.0.2.128/30');
  assert.is(small.at(0).toString(), '192.0.2.128');
  assert.is(small.at(3n).toString(), '192.0.2.131');
  assert.is(Ipv4Prefix.parse('0.0.0.0/0').at(0xffffffff).toString(), '255.255.255.255');
  const large = Ipv6Prefix.parse('2001:db8:0:1::/64');
  assert.is(large.at(0x10).toString(), '2001:db8:0:1::10');
  assert.is(large.at((1n << 64n) - 1n).toString(), '2001:db8:0:1:ffff:ffff:ffff:ffff');
  for (const offset of [-1, 4, 0.5, 2 ** 60]) {
    refusalOf(() => small.at(offset));
  }
  refusalOf(() => large.at(1n << 64n));
});

test.run();
