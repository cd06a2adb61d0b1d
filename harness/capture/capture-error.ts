import { Proto41Error } from '../errors.ts';

export interface CaptureErrorFacts {
  /** Name of the file, or of whatever the bytes came from. */
  readonly file: string;
  /** Where the record that cannot be read begins, counted from the start of the file. */
  readonly byteOffset: number;
  readonly expected: string;
  readonly found: string;
  /** The file ends inside this record; everything before it is good and has been delivered. */
  readonly truncated?: boolean;
  readonly cause?: unknown;
}

/** A capture file that is not what its format demands. The frames before `byteOffset` have been delivered. */
export class CaptureError extends Proto41Error {
  readonly file: string;
  readonly byteOffset: number;
  readonly expected: string;
  readonly found: string;
  readonly truncated: boolean;

  constructor(facts: CaptureErrorFacts) {
    super(`${facts.file}, byte ${facts.byteOffset}: expected ${facts.expected}, found ${facts.found}`, {
      code: 'CAPTURE_INVALID',
      ...('cause' in facts ? { cause: facts.cause } : {}),
    });
    this.file = facts.file;
    this.byteOffset = facts.byteOffset;
    this.expected = facts.expected;
    this.found = facts.found;
    this.truncated = facts.truncated ?? false;
  }
}
