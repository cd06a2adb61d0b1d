import { minimize } from '../../harness/replay/shrink/delta-debugging.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('replay/delta-debugging');

const numbers = Array.from({ length: 100 }, (_, index) => index);
const needs =
  (...wanted: readonly number[]) =>
  async (subset: readonly number[]): Promise<boolean> =>
    Promise.resolve(wanted.every((each) => subset.includes(each)));

test('one item that is needed is what is left', async () => {
  for (const wanted of [0, 37, 99]) assert.equal(await minimize(numbers, needs(wanted)), [wanted]);
});

test('items that are needed together stay together, in their order', async () => {
  assert.equal(await minimize(numbers, needs(3, 51, 98)), [3, 51, 98]);
});

test('where everything is needed everything stays', async () => {
  assert.equal(await minimize([1, 2, 3], needs(1, 2, 3)), [1, 2, 3]);
});

test('a subset is only asked about when it is smaller than what is known to show it', async () => {
  const sizes: number[] = [];
  const kept = await minimize(numbers, async (subset) => {
    sizes.push(subset.length);
    return needs(10, 90)(subset);
  });
  assert.equal(kept, [10, 90]);
  assert.ok(sizes.every((size) => size < numbers.length));
});

test.run();
