import type { CapturedFrame, CaptureInfo } from './captured-frame.ts';

/** Reads one file format out of a byte window. */
export interface FormatDecoder {
  readonly info: CaptureInfo;
  /** The next frame, or undefined when more bytes are needed. Throws CaptureError at a record that is not what the format demands. */
  next(): CapturedFrame | undefined;
}

/** Shared, because most frames have none and a reader makes millions of frames. */
export const NO_COMMENTS: readonly string[] = Object.freeze([]);

export function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
