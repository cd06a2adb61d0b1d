import type { CaptureInfo } from './captured-frame.ts';
import type { CaptureRecord } from './capture-record.ts';

/** Reads one file format out of a byte window. */
export interface FormatDecoder {
  readonly info: CaptureInfo;
  /**
   * Fills `record` with the next frame; false when more bytes are needed. Throws CaptureError at a record that is not what
   * the format demands.
   */
  read(record: CaptureRecord): boolean;
  /** Nanoseconds since 1970-01-01 00:00 UTC of the frame read last; 0n when it carries no time. */
  timestampNs(): bigint;
  /** Comments of the frame read last. */
  comments(): readonly string[];
}

/** Shared, because most frames have none and a reader makes millions of frames. */
export const NO_COMMENTS: readonly string[] = Object.freeze([]);

export function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
