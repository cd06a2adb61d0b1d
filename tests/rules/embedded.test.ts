import fc from 'fast-check';
import {
  Ipv4Address,
  Ipv4Prefix,
  Ipv6Address,
  Ipv6Prefix,
  isatapMap,
  sixRdMap,
  sixToFourMap,
} from '../../harness/address/index.ts';
import { embeddedArithmetic } from '../../harness/rules/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('rules/embedded');

const parameters = fc
  .tuple(
    fc.integer({ min: 0, max: 32 }),
    fc.integer({ min: 0, max: 64 }),
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
    fc.nat(0xffffffff),
  )
  .filter(([maskLength, prefixLength]) => prefixLength + 32 - maskLength <= 64);

test('the arithmetic agrees with the map for every 6rd domain and address', () => {
  fc.assert(
    fc.property(
      parameters,
      fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
      fc.boolean(),
      ([maskLength, prefixLength, prefix, mask], any, inside) => {
        const domainPrefix = Ipv6Prefix.of(Ipv6Address.fromBigInt(prefix), prefixLength);
        const map = sixRdMap({ domainPrefix, ipv4Prefix: Ipv4Prefix.of(Ipv4Address.fromNumber(mask), maskLength) });
        const hostBits = BigInt(128 - prefixLength);
        const address = Ipv6Address.fromBigInt(
          inside ? domainPrefix.address.toBigInt() | (any & ((1n << hostBits) - 1n)) : any,
        );
        const arithmetic = embeddedArithmetic(map);
        const bytes = Uint8Array.of(0xff, 0xff, 0xff, ...address.bytes, 0xff);
        const expected = map.embeddedIpv4(address);
        assert.is(arithmetic?.contains(bytes, 3), expected !== undefined);
        if (expected !== undefined) assert.is((arithmetic?.ipv4At(bytes, 3) ?? -1) >>> 0, expected.toNumber());
      },
    ),
    { numRuns: 2000 },
  );
});

test('6to4 embeds bits 16 to 47', () => {
  const arithmetic = embeddedArithmetic(sixToFourMap());
  assert.is(arithmetic?.ipv4At(Ipv6Address.parse('2002:cb00:7180::1').bytes, 0), 0xcb007180 | 0);
});

test('a map that embeds in the interface identifier has no such arithmetic', () => {
  assert.is(embeddedArithmetic(isatapMap(Ipv6Prefix.parse('fe80::/64'))), undefined);
});

test.run();
