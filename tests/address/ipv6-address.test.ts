import fc from 'fast-check';
import { isIPv6, SocketAddress } from 'node:net';
import { Ipv6Address, Ipv6Prefix } from '../../harness/address/index.ts';
import { assert, suite } from '../support/suite.ts';
import { ipv6Addresses } from './arbitraries.ts';
import { refusalOf } from './refusal.ts';

const test = suite('address/ipv6-address');

// Node prints IPv4-compatible addresses as ::a.b.c.d; RFC 5952 section 5 asks for that form only where the prefix says so.
const compatible = Ipv6Prefix.parse('::/96');

test('prints the examples of RFC 5952', () => {
  const printed: readonly (readonly [text: string, canonical: string])[] = [
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['0:0:0:0:0:FFFF:129.144.52.38', '::ffff:129.144.52.38'],
    ['::FFFF:8190:3426', '::ffff:129.144.52.38'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ];
  for (const [text, canonical] of printed) {
    assert.is(Ipv6Address.parse(text).toString(), canonical);
  }
});

test('keeps IPv4-compatible and IPv4-mapped addresses apart', () => {
  const plain = Ipv6Address.parse('::1.2.3.4');
  const mapped = Ipv6Address.parse('::ffff:1.2.3.4');
  assert.not.ok(plain.equals(mapped));
  assert.is(plain.toBigInt(), 0x01020304n);
  assert.is(mapped.toBigInt(), 0xffff01020304n);
  assert.is(plain.toString(), '::102:304');
  assert.is(mapped.toString(), '::ffff:1.2.3.4');
});

test('refuses every other text and points at the place', () => {
  const refused: readonly (readonly [text: string, position: number])[] = [
    ['', 0],
    [':', 0],
    [':::', 2],
    ['1::2::3', 4],
    ['1:::2', 3],
    ['1:2:3:4:5:6:7', 13],
    ['1:2:3:4:5:6:7:', 14],
    ['1:2:3:4:5:6:7:8:9', 16],
    ['1:2:3:4:5:6:7:8::', 15],
    ['1:2:3:4::5:6:7:8', 7],
    ['1:2:3:4:5:6:7:1.2.3.4', 14],
    [':1::', 0],
    ['1::2:', 5],
    ['12345::', 4],
    ['::00001', 6],
    ['::g', 2],
    ['fe80::1%eth0', 7],
    ['fe80::1%', 7],
    ['::1.2.3', 7],
    ['::1.2.3.04', 8],
    ['::1.2.3.4:5', 9],
    ['1.2.3.4', 7],
    ['1.2.3.4::', 7],
    ['[::1]', 0],
    ['::1 ', 3],
    [' ::1', 0],
    ['::1/64', 3],
  ];
  for (const [text, position] of refused) {
    const error = refusalOf(() => Ipv6Address.parse(text));
    assert.is(error.code, 'ADDRESS_INVALID');
    assert.equal(error.place, { text, position });
  }
});

test('says that a zone identifier is the trouble', () => {
  assert.match(refusalOf(() => Ipv6Address.parse('fe80::1%eth0')).message, 'without a zone identifier');
  assert.match(refusalOf(() => Ipv6Address.parse('fe80::1%eth0.100')).message, 'without a zone identifier');
});

test('accepts the same texts as Node, and reads the same address', () => {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('0', '1', 'f00', 'ABCD', '0000') },
    { weight: 1, arbitrary: fc.constantFrom('', '12345', 'g', '1.2.3.4', '1.2.3', '01.2.3.4') },
  );
  const separators = fc.constantFrom(':', ':', ':', ':', ':', '::');
  const texts = fc
    .array(fc.tuple(separators, piece), { minLength: 0, maxLength: 9 })
    .chain((pairs) => fc.constantFrom('', '1', '::', 'fe80').map((start) => start + pairs.flat().join('')));
  let accepted = 0;
  fc.assert(
    fc.property(texts, (text) => {
      if (isIPv6(text)) {
        accepted += 1;
        const address = Ipv6Address.parse(text);
        assert.is(
          Ipv6Address.parse(new SocketAddress({ address: text, family: 'ipv6' }).address).toString(),
          address.toString(),
        );
      } else {
        refusalOf(() => Ipv6Address.parse(text));
      }
    }),
    { numRuns: 5000 },
  );
  assert.ok(accepted > 100, `only ${accepted} of the texts were addresses`);
});

test('prints as Node prints, except for IPv4-compatible addresses', () => {
  fc.assert(
    fc.property(ipv6Addresses, (address) => {
      fc.pre(!compatible.contains(address));
      const text = Array.from(
        address.bytes,
        (byte, index) => (index % 2 === 0 && index > 0 ? ':' : '') + byte.toString(16).padStart(2, '0'),
      );
      assert.is(address.toString(), new SocketAddress({ address: text.join(''), family: 'ipv6' }).address);
    }),
    { numRuns: 2000 },
  );
});

test('comes back from its text, its bytes and its number', () => {
  fc.assert(
    fc.property(ipv6Addresses, (address) => {
      assert.ok(Ipv6Address.parse(address.toString()).equals(address));
      assert.ok(Ipv6Address.fromBytes(address.bytes).equals(address));
      assert.ok(Ipv6Address.fromBigInt(address.toBigInt()).equals(address));
    }),
    { numRuns: 1000 },
  );
});

test('does not change with the buffer that it was read from', () => {
  const packet = new Uint8Array(20);
  packet[19] = 1;
  const address = Ipv6Address.fromBytes(packet, 4);
  packet.fill(0xff);
  assert.is(address.toString(), '::1');
});

test('refuses buffers that end too early and numbers beyond 128 bits', () => {
  refusalOf(() => Ipv6Address.fromBytes(new Uint8Array(16), 1));
  refusalOf(() => Ipv6Address.fromBytes(new Uint8Array(32), -20));
  refusalOf(() => Ipv6Address.fromBigInt(-1n));
  refusalOf(() => Ipv6Address.fromBigInt(1n << 128n));
});

test('tells addresses apart that differ in any one bit', () => {
  fc.assert(
    fc.property(ipv6Addresses, fc.integer({ min: 0, max: 127 }), (address, bit) => {
      assert.not.ok(address.equals(Ipv6Address.fromBigInt(address.toBigInt() ^ (1n << BigInt(bit)))));
    }),
  );
});

test.run();
