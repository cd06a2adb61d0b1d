import { fromHex, internetChecksum, readUint16, updateChecksum } from '../../harness/packet/index.ts';
import { seededRandom } from '../../harness/random.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('packet/checksum');

/** RFC 1071 to the letter: one word at a time, the carry added at once, in arbitrary precision. */
function slowChecksum(bytes: Uint8Array): number {
  let sum = 0n;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += BigInt(bytes[at] ?? 0) * 256n + BigInt(bytes[at + 1] ?? 0);
    if (sum > 0xffffn) sum = sum - 0x10000n + 1n;
  }
  return Number(0xffffn - sum);
}

test('gives the sum of RFC 1071 section 3', () => {
  // The example sums to ddf2; the checksum is its complement.
  assert.is(internetChecksum(fromHex('0001 f203 f4f5 f6f7')), 0xffff - 0xddf2);
});

test('agrees with a slow reference for every length from 0 to 2000', () => {
  const random = seededRandom('checksum');
  const data = random.bytes(2000);
  for (let length = 0; length <= 2000; length++) {
    const bytes = data.subarray(2000 - length);
    assert.is(internetChecksum(bytes), slowChecksum(bytes), `length ${length}`);
  }
});

test('agrees with a slow reference at odd starts, and for the longest packet of all ones', () => {
  const data = seededRandom('odd').bytes(300);
  for (let start = 0; start < 50; start++) {
    assert.is(internetChecksum(data, start, 299), slowChecksum(data.subarray(start, 299)), `start ${start}`);
  }
  const ones = new Uint8Array(65535).fill(0xff);
  assert.is(internetChecksum(ones, 0, ones.length, 0xffff_ffff), slowChecksum(ones));
});

test('sums to zero over data with its checksum in place', () => {
  const data = seededRandom('in place').bytes(100);
  data.set([0, 0], 10);
  const checksum = internetChecksum(data);
  data.set([checksum >>> 8, checksum & 0xff], 10);
  assert.is(internetChecksum(data), 0);
});

test('updates a checksum for a changed word as if it were computed anew (RFC 1624)', () => {
  const random = seededRandom('update');
  for (let round = 0; round < 500; round++) {
    const data = random.bytes(20);
    const before = internetChecksum(data);
    const oldWord = readUint16(data, 8);
    data.set(random.bytes(2), 8);
    assert.is(updateChecksum(before, oldWord, readUint16(data, 8)), internetChecksum(data));
  }
  // RFC 1624 section 4: checksum dd2f, word 5555 becomes 3285, checksum 0000.
  assert.is(updateChecksum(0xdd2f, 0x5555, 0x3285), 0);
});

test.run();
