import { seededRandom, xoshiro128 } from '../harness/random.ts';
import { assert, suite } from './support/suite.ts';

const test = suite('random');

test('the same seed draws the same numbers, as number or as text, and another seed draws others', () => {
  const draw = (seed: string | number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 20 }, () => random.nextUint32());
  };
  assert.equal(draw(41), draw('41'));
  assert.not.equal(draw(41), draw(42));
  assert.is(new Set(draw('')).size, 20);
});

test('the numbers of a seed stay the same from version to version', () => {
  const random = seededRandom('proto41');
  const drawn = [random.nextUint32(), random.nextUint32(), random.int(1000), ...random.bytes(5)];
  assert.equal(drawn, [2367001621, 1694072316, 941, 184, 235, 22, 59, 223]);
});

test('the generator is xoshiro128** as published', () => {
  // The first outputs of the authors' C program for the state 1, 2, 3, 4.
  const expected = [
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ];
  assert.equal(Array.from(expected, xoshiro128([1, 2, 3, 4])), expected);
});

test('int() reaches every value below its limit about equally often, and none above', () => {
  const random = seededRandom('int');
  const counts = new Map<number, number>();
  for (let i = 0; i < 30_000; i++) {
    const value = random.int(3);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  assert.equal(new Set(counts.keys()), new Set([0, 1, 2]));
  for (const count of counts.values()) assert.ok(Math.abs(count - 10_000) < 500, `${count} of 30000`);
  assert.is(random.int(1), 0);
  assert.ok(random.int(2 ** 32) < 2 ** 32);
});

test('int() refuses limits that are no whole number from 1 to 2^32', () => {
  const random = seededRandom(1);
  for (const limit of [0, -1, 1.5, Number.NaN, 2 ** 32 + 1]) assert.throws(() => random.int(limit), RangeError);
});

test('chance(0) never happens and chance(1) always does', () => {
  const random = seededRandom(2);
  for (let i = 0; i < 1000; i++) {
    assert.not(random.chance(0));
    assert.ok(random.chance(1));
  }
});

test('bytes() gives the number of bytes asked for, all values among them', () => {
  const bytes = seededRandom(3).bytes(10_001);
  assert.is(bytes.length, 10_001);
  assert.is(new Set(bytes).size, 256);
});

test('shuffle() keeps the elements and leaves the original alone; pick() gives one of them', () => {
  const random = seededRandom(4);
  const items = Array.from({ length: 50 }, (_, i) => i);
  const shuffled = random.shuffle(items);
  assert.not.equal(shuffled, items);
  assert.equal(
    shuffled.toSorted((a, b) => a - b),
    items,
  );
  assert.equal(items[0], 0);
  assert.ok(items.includes(random.pick(items)));
  assert.throws(() => random.pick([]), RangeError);
});

test('what a fork draws neither depends on nor changes what its origin draws', () => {
  const fresh = seededRandom(5).fork('part').nextUint32();
  const used = seededRandom(5);
  used.nextUint32();
  assert.is(used.fork('part').nextUint32(), fresh);
  const plain = seededRandom(5);
  plain.nextUint32();
  assert.is(used.nextUint32(), plain.nextUint32());
  assert.is.not(used.fork('other').nextUint32(), fresh);
});

test.run();
