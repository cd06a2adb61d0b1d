import type { CaptureDirection } from '../capture/index.ts';

/** A frame of an evidence file. */
export interface EvidenceFrame {
  /** As Wireshark counts, from 1. */
  readonly number: number;
  /** Port of the DUT. */
  readonly port: string;
  /** As seen from the DUT. */
  readonly direction: CaptureDirection | undefined;
  readonly timestampNs: bigint;
  readonly bytes: Uint8Array;
}

/** By file name as in the result; a file that is missing or cannot be read is not there. */
export type EvidenceFrames = ReadonlyMap<string, readonly EvidenceFrame[]>;
