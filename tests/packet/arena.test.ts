import { copyOf, zeroed } from '../../harness/packet/arena.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('packet/arena');

test('gives zeros of any length, also larger than a chunk', () => {
  for (const lengthBytes of [0, 1, 60, 2048, 2049, 100_000]) {
    const bytes = zeroed(lengthBytes);
    assert.is(bytes.length, lengthBytes);
    assert.ok(bytes.every((byte) => byte === 0));
  }
});

test('no array reaches into another, however many there are', () => {
  const arrays = Array.from({ length: 500 }, (_, index) => zeroed(index).fill(index & 0xff));
  for (const [index, bytes] of arrays.entries()) {
    assert.is(bytes.length, index);
    assert.ok(bytes.every((byte) => byte === (index & 0xff)));
  }
});

test('a copy shares nothing with the original', () => {
  const original = Uint8Array.of(1, 2, 3);
  const copy = copyOf(original);
  original[0] = 9;
  copy[1] = 8;
  assert.equal([...copy], [1, 8, 3]);
  assert.equal([...original], [9, 2, 3]);
});

test.run();
