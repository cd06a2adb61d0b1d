import { Proto41Error } from '../errors.ts';

export interface CaptureErrorFacts {
  /** Name of the file, or of whatever the bytes came from. */
  readonly file: string;
  /** Where the record that cannot be read begins, counted from the start of the file (as it is uncompressed). */
  readonly byteOffset: number;
  /** Number of that record (in pcapng: of the block), from 1; undefined where no record is to blame. */
  readonly recordNumber?: number;
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
  readonly recordNumber: number | undefined;
  readonly expected: string;
  readonly found: string;
  readonly truncated: boolean;

  constructor(facts: CaptureErrorFacts) {
    const record = facts.recordNumber === undefined ? '' : ` (record ${facts.recordNumber})`;
    super(`${facts.file}, byte ${facts.byteOffset}${record}: expected ${facts.expected}, found ${facts.found}`, {
      code: 'CAPTURE_INVALID',
      ...('cause' in facts ? { cause: facts.cause } : {}),
    });
    this.file = facts.file;
    this.byteOffset = facts.byteOffset;
    this.recordNumber = facts.recordNumber;
    this.expected = facts.expected;
    this.found = facts.found;
    this.truncated = facts.truncated ?? false;
  }
}
