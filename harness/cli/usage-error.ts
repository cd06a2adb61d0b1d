import { Proto41Error } from '../errors.ts';

/** A command line that asks for something impossible; the message names the flag, what was expected and what was found. */
export class UsageError extends Proto41Error {
  constructor(message: string) {
    super(message, { code: 'USAGE', exitCode: 2 });
  }
}
