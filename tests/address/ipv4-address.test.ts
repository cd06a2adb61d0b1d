import fc from 'fast-check';
import { isIPv4 } from 'node:net';
import { Ipv4Address } from '../../harness/address/index.ts';
import { assert, suite } from '../support/suite.ts';
import { ipv4Addresses } from './arbitraries.ts';
import { refusalOf } from './refusal.ts';

const test = suite('address/ipv4-address');

test('keeps the four bytes of a dotted quad in network order', () => {
  const address = Ipv4Address.parse('192.0.2.129');
  assert.equal([...address.bytes], [192, 0, 2, 129]);
  assert.is(address.toNumber(), 0xc0000281);
  assert.is(address.toString(), '192.0.2.129');
});

test('refuses every text that is not a strict dotted quad and points at the place', () => {
  const refused: readonly (readonly [text: string, position: number])[] = [
    ['', 0],
    ['010.0.0.1', 0],
    ['10.1', 4],
    ['0x7f.1', 1],
    ['1.2.3.4 ', 7],
    [' 1.2.3.4', 0],
    ['1.2.3', 5],
    ['1.2.3.4.5', 7],
    ['1.2.3.256', 6],
    ['1.2.3.1000', 6],
    ['1..3.4', 2],
    ['1.2.3.-4', 6],
    ['1.2.3.00', 6],
    ['1.2.3.4/8', 7],
    ['١.2.3.4', 0],
  ];
  for (const [text, position] of refused) {
    const error = refusalOf(() => Ipv4Address.parse(text));
    assert.is(error.code, 'ADDRESS_INVALID');
    assert.equal(error.place, { text, position });
    assert.match(error.message, /^Expected .*, at position \d+ of "/);
  }
});

test('accepts the same texts as Node', () => {
  const octet = fc.oneof(fc.nat(300).map(String), fc.constantFrom('', '0', '00', '01', '1e1', '+1'));
  fc.assert(
    fc.property(fc.array(octet, { minLength: 3, maxLength: 5 }), (octets) => {
      const text = octets.join('.');
      if (isIPv4(text)) {
        assert.is(Ipv4Address.parse(text).toString(), text);
      } else {
        refusalOf(() => Ipv4Address.parse(text));
      }
    }),
    { numRuns: 1000 },
  );
});

test('comes back from its text, its bytes and its number', () => {
  fc.assert(
    fc.property(ipv4Addresses, (address) => {
      assert.ok(Ipv4Address.parse(address.toString()).equals(address));
      assert.ok(Ipv4Address.fromBytes(address.bytes).equals(address));
      assert.ok(Ipv4Address.fromNumber(address.toNumber()).equals(address));
    }),
  );
});

test('does not change with the buffer that it was read from', () => {
  const packet = Uint8Array.of(0, 10, 0, 0, 1);
  const address = Ipv4Address.fromBytes(packet, 1);
  packet.fill(0xff);
  assert.is(address.toString(), '10.0.0.1');
});

test('refuses buffers that end too early and numbers beyond 32 bits', () => {
  refusalOf(() => Ipv4Address.fromBytes(new Uint8Array(4), 1));
  refusalOf(() => Ipv4Address.fromBytes(new Uint8Array(8), -6));
  for (const value of [-1, 2 ** 32, 1.5, Number.NaN]) {
    refusalOf(() => Ipv4Address.fromNumber(value));
  }
});

test('tells addresses apart that differ in any byte', () => {
  const address = Ipv4Address.parse('10.0.0.1');
  for (const other of ['11.0.0.1', '10.1.0.1', '10.0.1.1', '10.0.0.0']) {
    assert.not.ok(address.equals(Ipv4Address.parse(other)));
  }
});

test.run();
