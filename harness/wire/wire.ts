import type { PortName } from '../ports.ts';

export { PORT_NAMES, type PortName } from '../ports.ts';

/**
 * Called once per frame that the DUT emitted on a port. The bytes belong to the listener (a wire never reuses them).
 * `timestampNs` is the time of arrival at the tester in nanoseconds since the Unix epoch.
 */
export type FrameListener = (frame: Uint8Array, timestampNs: bigint) => void;

/** The tester's end of a port: send a frame, receive frames, know the time. */
export interface Wire {
  readonly port: PortName;
  /** Queues one Ethernet frame (from the destination MAC address, no FCS). Never blocks, never drops; throws WireError (`WIRE_CLOSED`) after close. */
  send(frame: Uint8Array): void;
  /** The same for many frames in their order, with fewer system calls; absent where that makes no difference. */
  sendAll?(frames: readonly Uint8Array[]): void;
  /** Bytes that were sent and that the other side has not taken yet; absent where nothing waits. */
  readonly queuedBytes?: number;
  /** Registers a listener and returns the function that removes it. */
  onFrame(listener: FrameListener): () => void;
  /** Called once when the wire ends; `reason` is undefined after an orderly close. */
  onClosed(listener: (reason: Error | undefined) => void): () => void;
  /** Nanoseconds since the Unix epoch, on the clock that stamps frames. */
  now(): bigint;
  close(): Promise<void>;
}
