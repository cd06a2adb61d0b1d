import { AddressError } from '../../harness/address/index.ts';

/** The AddressError that an action ends with; anything else, success included, is a failure of the test. */
export function refusalOf(action: () => unknown): AddressError {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    if (error instanceof AddressError) {
      return error;
    }
    throw error;
  }
  throw new Error(`expected an AddressError, got ${String(result)}`);
}
