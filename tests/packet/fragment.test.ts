import * as fc from 'fast-check';
import {
  build,
  concat,
  equalBytes,
  fragmentIpv4,
  fromHex,
  ipv4,
  ipv4ChecksumIsGood,
  ipv4FragmentOffset,
  ipv4HeaderLengthBytes,
  ipv4MoreFragments,
  ipv4TotalLength,
  payload,
} from '../../harness/packet/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('packet/fragment');

test('splits into pieces that put together are the packet', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 6 }),
      fc.boolean(),
      (data, units, hasOptions) => {
        const lengths = units.map((unit) => unit * 8);
        fc.pre(lengths.reduce((sum, length) => sum + length, 0) < data.length);
        const options = hasOptions ? { options: fromHex('01010101') } : {};
        const pieces = fragmentIpv4(build(ipv4({ identification: 7, ...options }), payload(data)), lengths);
        assert.is(pieces.length, lengths.length + 1);
        let at = 0;
        for (const [index, piece] of pieces.entries()) {
          assert.is(ipv4FragmentOffset(piece, 0) * 8, at);
          assert.is(ipv4MoreFragments(piece, 0), index < pieces.length - 1);
          assert.is(ipv4TotalLength(piece, 0), piece.length);
          assert.ok(ipv4ChecksumIsGood(piece, 0));
          at += piece.length - ipv4HeaderLengthBytes(piece, 0);
        }
        const joined = concat(...pieces.map((piece) => piece.subarray(ipv4HeaderLengthBytes(piece, 0))));
        assert.ok(equalBytes(joined, data));
      },
    ),
  );
});

test('splits a fragment again, keeping its place and its own More Fragments', () => {
  const middle = build(ipv4({ fragmentOffset: 10, moreFragments: true }), payload(new Uint8Array(16)));
  const [first, second] = fragmentIpv4(middle, [8]);
  assert.ok(first && second);
  assert.equal([ipv4FragmentOffset(first, 0), ipv4MoreFragments(first, 0)], [10, true]);
  assert.equal([ipv4FragmentOffset(second, 0), ipv4MoreFragments(second, 0)], [11, true]);
});

test('refuses pieces that are no multiple of eight or leave nothing', () => {
  const packet = build(ipv4(), payload(new Uint8Array(24)));
  assert.throws(() => fragmentIpv4(packet, [9]), /multiples of 8/);
  assert.throws(() => fragmentIpv4(packet, [0]), /multiples of 8/);
  assert.throws(() => fragmentIpv4(packet, [24]), /rest/);
  assert.throws(() => fragmentIpv4(new Uint8Array(10), []), /whole IPv4 header/);
});

test.run();
