import type { CaptureDirection } from './captured-frame.ts';

/**
 * One frame of a capture where it lies in the read buffer. One object serves for every frame of a file, so that reading
 * allocates nothing: whatever is to outlive the next `read` must be copied.
 */
export interface CaptureRecord {
  /** 1 for the first frame of the file, as Wireshark counts. */
  number: number;
  /** The read buffer; the frame is at [at, end). */
  bytes: Uint8Array;
  /** The same memory, for reading words. */
  view: DataView;
  at: number;
  end: number;
  /** Where the frame begins in the (uncompressed) file. */
  byteOffset: number;
  /** Length on the wire; larger than `end - at` when the frame was cut by the snap length. */
  originalLengthBytes: number;
  linkType: number;
  /** Position in the interfaces of the file, counted over all its sections. */
  interfaceIndex: number;
  /** Milliseconds since 1970-01-01 00:00 UTC; 0 when the record carries no time. The exact time is the decoder's `timestampNs`. */
  timestampMs: number;
  direction: CaptureDirection | undefined;
}

export function createRecord(): CaptureRecord {
  const bytes = new Uint8Array(0);
  return {
    number: 0,
    bytes,
    view: new DataView(bytes.buffer),
    at: 0,
    end: 0,
    byteOffset: 0,
    originalLengthBytes: 0,
    linkType: 0,
    interfaceIndex: 0,
    // Not a small integer, so that the field keeps its representation.
    timestampMs: 0.5,
    direction: undefined,
  };
}
