import fc from 'fast-check';
import { contentFingerprint, contentFingerprintInView } from '../../harness/rules/fingerprint.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('rules/fingerprint');

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

test('by way of a view the fingerprint is the same', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(8), fc.integer(), (bytes, skip, seed) => {
      const at = Math.min(skip, bytes.length);
      const length = bytes.length - at;
      assert.is(contentFingerprintInView(viewOf(bytes), at, length, seed), contentFingerprint(bytes, at, length, seed));
    }),
  );
});

test('what differs in the seed does not make up for what differs in the first word', () => {
  const bytes = Buffer.from('fd5a1224560000010000000000000010', 'hex');
  const other = Buffer.from('fd5a1200560000010000000000000010', 'hex');
  for (const constant of [0, 0x51ed270b])
    assert.is.not(
      contentFingerprint(bytes, 0, 16, constant ^ 0x7a257),
      contentFingerprint(other, 0, 16, constant ^ 0x7a273),
    );
});

test('no difference between two contents goes unseen under two seeds', () => {
  // The top bit of one word and what a product and a shift make of it in the next one: the same for each seed, if nothing else is done.
  const bits = [0x80000000, 0x80010000, 0x80040000, 0x80020000, 0x80080000, 0x00010000];
  for (const first of bits) {
    for (const second of bits) {
      let hidden = 0;
      for (let seed = 0; seed < 64; seed++) {
        const bytes = Buffer.alloc(16, seed);
        const other = Buffer.from(bytes);
        other.writeUInt32BE((bytes.readUInt32BE(4) ^ first) >>> 0, 4);
        other.writeUInt32BE((bytes.readUInt32BE(8) ^ second) >>> 0, 8);
        if (contentFingerprint(bytes, 0, 16, seed) === contentFingerprint(other, 0, 16, seed)) hidden++;
      }
      assert.is(hidden, 0, `${first.toString(16)} and ${second.toString(16)}`);
    }
  }
});

test('fingerprints of a hundred thousand contents that differ in a few bits are about as many', () => {
  const bytes = Buffer.alloc(36);
  const seen = new Set<number>();
  for (let count = 0; count < 100_000; count++) {
    bytes.writeUInt16BE(count & 0x1ff, 2);
    bytes.writeUInt16BE(count >> 9, 18);
    seen.add(contentFingerprint(bytes, 0, 36, count % 7));
  }
  // Of random numbers of 32 bits one pair or two would be alike.
  assert.ok(seen.size > 100_000 - 10, String(seen.size));
});

test.run();
