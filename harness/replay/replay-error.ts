import { Proto41Error } from '../errors.ts';

/** A capture, or a wish about one, that cannot be replayed; the message says what was expected and what was found. */
export class ReplayError extends Proto41Error {
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'REPLAY_INPUT', ...(cause === undefined ? {} : { cause }) });
  }
}
