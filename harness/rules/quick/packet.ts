/**
 * A tunnel packet in protocol 41 whose headers are as usual, where it lies in the read buffer. One object serves for every
 * packet.
 */
export interface QuickPacket {
  bytes: Uint8Array;
  ipv4At: number;
  /** First byte behind the frame. */
  end: number;
  /** Outer addresses as signed 32-bit numbers. */
  source: number;
  destination: number;
  dontFragment: boolean;
  ttl: number;
  hopLimit: number;
  /** Whether the inner source is an address of the overlay; `source` is then the IPv4 address that it embeds. */
  isFromOverlay: boolean;
  timestampMs: number;
}

export const createQuickPacket = (): QuickPacket => ({
  bytes: new Uint8Array(0),
  ipv4At: 0,
  end: 0,
  source: 0,
  destination: 0,
  dontFragment: false,
  ttl: 0,
  hopLimit: 0,
  isFromOverlay: false,
  // Not a small integer, so that the field keeps its representation.
  timestampMs: 0.5,
});
