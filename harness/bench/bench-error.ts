import { Proto41Error } from '../errors.ts';

/** Wrong usage of `bench`, or a file of it that cannot be read (exit code 2). */
export class BenchError extends Proto41Error {
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'PROTO41_BENCH', ...(cause === undefined ? {} : { cause }) });
  }
}

/** The target or its node cannot be measured: it does not start, or no packet gets through (exit code 3). */
export class BenchTargetError extends Proto41Error {
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'PROTO41_BENCH_TARGET', exitCode: 3, ...(cause === undefined ? {} : { cause }) });
  }
}
