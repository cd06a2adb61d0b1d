/**
 * uvu's assertions, without the three that can be satisfied by accident, and with `rejects`.
 *
 * - `throws` and `rejects` accept an error class (uvu calls it as a predicate, and `TypeError(x)` is always truthy), and
 *   a text is matched against the error message (uvu takes it for the assertion's own message and expects nothing).
 * - `equal` also compares what uvu cannot see: error messages, -0, and the content of boxed values.
 */

import './uvu-queue.ts';
import { isDeepStrictEqual } from 'node:util';
import { Assertion, equal as uvuEqual } from 'uvu/assert';
import { toError } from './execution.ts';

export * from 'uvu/assert';

/** A class the error must be an instance of, a pattern or text its message must contain, or a predicate over the error. */
export type ErrorExpectation =
  string | RegExp | (abstract new (...parameters: never[]) => Error) | ((error: unknown) => boolean);

/** Fails unless both values are deeply equal, prototypes and error messages included. */
export function equal(actual: unknown, expects: unknown, message?: string): void {
  uvuEqual(actual, expects, message);
  if (isDeepStrictEqual(actual, expects)) return;
  throw new Assertion({
    message: message ?? 'Expected values to be deeply equal; they differ in a part without an own enumerable key',
    operator: 'equal',
    actual,
    expects,
  });
}

/** Fails unless `block` throws synchronously, and what it throws meets `expected`. */
export function throws(block: () => unknown, expected?: ErrorExpectation): void {
  let thrown: unknown;
  try {
    block();
  } catch (error) {
    thrown = error;
    checkThrown(thrown, expected, 'throws');
    return;
  }
  throw new Assertion({ message: 'Expected function to throw', operator: 'throws', actual: false, expects: true });
}

/** Fails unless the promise (or the one that the function returns) rejects with what meets `expected`; returns the error. */
export async function rejects(
  pending: PromiseLike<unknown> | (() => PromiseLike<unknown>),
  expected?: ErrorExpectation,
): Promise<Error> {
  let thrown: unknown;
  try {
    await (typeof pending === 'function' ? pending() : pending);
  } catch (error) {
    thrown = error;
    checkThrown(thrown, expected, 'rejects');
    return toError(thrown);
  }
  throw new Assertion({ message: 'Expected promise to reject', operator: 'rejects', actual: false, expects: true });
}

function checkThrown(thrown: unknown, expected: ErrorExpectation | undefined, operator: string): void {
  if (expected === undefined || meets(thrown, expected)) return;
  const wanted = typeof expected === 'function' ? expected.name || 'the predicate' : String(expected);
  throw new Assertion({
    message: `Expected an error that matches ${wanted}, got: ${String(thrown)}`,
    operator,
    actual: thrown,
    expects: expected,
  });
}

function meets(thrown: unknown, expected: ErrorExpectation): boolean {
  if (typeof expected === 'string') return messageOf(thrown).includes(expected);
  if (expected instanceof RegExp) return expected.test(messageOf(thrown));
  if (isErrorClass(expected)) return thrown instanceof expected;
  return expected(thrown);
}

function isErrorClass(
  expected: Exclude<ErrorExpectation, string | RegExp>,
): expected is abstract new (...parameters: never[]) => Error {
  return expected === Error || expected.prototype instanceof Error;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
