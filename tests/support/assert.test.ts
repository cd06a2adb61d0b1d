import { assert, suite } from './suite.ts';

const test = suite('tests/support/assert');

class FirstError extends Error {}
class SecondError extends Error {}

const throwFirst = (): never => {
  throw new FirstError('the first');
};

test('equal sees different messages of otherwise equal errors', () => {
  assert.equal(new Error('a'), new Error('a'));
  assert.throws(() => assert.equal(new Error('a'), new Error('b')), 'without an own enumerable key');
});

test('equal compares bytes', () => {
  assert.equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2));
  assert.throws(() => assert.equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), assert.Assertion);
});

test('equal tells a Buffer from a Uint8Array', () => {
  assert.throws(() => assert.equal(Buffer.from([1]), Uint8Array.of(1)), assert.Assertion);
});

test('throws accepts the class, a part of the message, a pattern or a predicate', () => {
  assert.throws(throwFirst);
  assert.throws(throwFirst, FirstError);
  assert.throws(throwFirst, Error);
  assert.throws(throwFirst, 'first');
  assert.throws(throwFirst, /^the f/);
  assert.throws(throwFirst, (error: unknown) => error instanceof FirstError);
});

test('throws fails when the error is another one', () => {
  for (const expected of [SecondError, TypeError, 'second', /^first/, () => false]) {
    assert.throws(() => assert.throws(throwFirst, expected), 'Expected an error that matches');
  }
});

test('throws fails when nothing is thrown', () => {
  assert.throws(() => assert.throws(() => {}), 'Expected function to throw');
  assert.throws(() => assert.throws(() => {}, Error), 'Expected function to throw');
});

test('throws does not take a rejection for a throw', () => {
  const rejecting = async (): Promise<never> => throwFirst();
  assert.throws(() => assert.throws(() => void rejecting().catch(() => {})), 'Expected function to throw');
});

test('rejects returns the error that it expected', async () => {
  const error = await assert.rejects(Promise.reject(new FirstError('the first')), FirstError);
  assert.is(error.message, 'the first');
  await assert.rejects(async () => throwFirst(), 'the first');
});

test('rejects fails when the promise resolves, or rejects otherwise', async () => {
  await assert.rejects(assert.rejects(Promise.resolve()), 'Expected promise to reject');
  await assert.rejects(assert.rejects(Promise.reject(new FirstError('the first')), SecondError), 'SecondError');
});

test.run();
