import { Proto41Error } from '../../errors.ts';

/** A network namespace, or what it needs of this machine, could not be had; the message says what to do. */
export class NetnsError extends Proto41Error {
  constructor(code: `NETNS_${string}`, message: string, cause?: unknown) {
    super(message, { code, exitCode: 3, ...(cause === undefined ? {} : { cause }) });
  }
}
