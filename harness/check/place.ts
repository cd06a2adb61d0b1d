import type { CaptureRecord } from '../capture/index.ts';
import type { QuickFrame } from '../rules/index.ts';

/**
 * Where the network header of a frame stands. One object serves for every frame; it is also what the quick path of the rules
 * reads.
 */
export interface FramePlace extends QuickFrame {
  number: number;
  bytes: Uint8Array;
  view: DataView;
  networkAt: number;
  /** 0 for a frame that holds no packet. */
  etherType: number;
  end: number;
  isBroadcast: boolean;
  timestampMs: number;
  /** Whether the packet stands behind an Ethernet header and up to two VLAN tags, as the rules read frames themselves. */
  isPlainEthernet: boolean;
  /** What the link layer says of the way of the frame, in the words of a capture. */
  direction: CaptureRecord['direction'];
  /** Why there is no packet to look at, where there might have been one. */
  obstacle: string | undefined;
}

const NOTHING = new Uint8Array(0);

export const createPlace = (): FramePlace => ({
  number: 0,
  bytes: NOTHING,
  view: new DataView(NOTHING.buffer),
  networkAt: 0,
  etherType: 0,
  end: 0,
  isBroadcast: false,
  // Not a small integer, so that the field keeps its representation.
  timestampMs: 0.5,
  isPlainEthernet: false,
  direction: undefined,
  obstacle: undefined,
});
