import { isProto41Error, Proto41Error } from '../harness/errors.ts';
import { assert, suite } from './support/suite.ts';

const test = suite('errors');

class LinkDownError extends Proto41Error {
  constructor(cause?: unknown) {
    super('expected the link to be up, it is down; bring it up', { code: 'PROTO41_LINK_DOWN', exitCode: 3, cause });
  }
}

test('a subclass carries its code, exit code, cause and name', () => {
  const cause = new Error('ENETDOWN');
  const error = new LinkDownError(cause);
  assert.is(error.code, 'PROTO41_LINK_DOWN');
  assert.is(error.exitCode, 3);
  assert.is(error.cause, cause);
  assert.is(error.name, 'LinkDownError');
  assert.match(String(error), 'LinkDownError: expected the link to be up');
});

test('wrong usage is the default exit code', () => {
  assert.is(new Proto41Error('no').exitCode, 2);
});

test('the brand marks Proto41 errors and nothing else, and is not printed with the fields', () => {
  assert.ok(isProto41Error(new LinkDownError()));
  for (const other of [new Error('x'), null, undefined, 'PROTO41', { code: 'PROTO41_LINK_DOWN' }]) {
    assert.not.ok(isProto41Error(other));
  }
  assert.equal(Object.keys(new Proto41Error('x')), ['code', 'exitCode']);
});

test('a copy of the module loaded separately recognises the error', async () => {
  const path: string = '../harness/errors.ts?copy';
  const copy: unknown = await import(path);
  const check = typeof copy === 'object' && copy !== null && 'isProto41Error' in copy ? copy.isProto41Error : undefined;
  assert.ok(typeof check === 'function' && check !== isProto41Error);
  assert.is(check(new LinkDownError()), true);
});

test.run();
