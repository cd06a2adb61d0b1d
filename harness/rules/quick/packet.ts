const NOTHING = new Uint8Array(0);

/**
 * A tunnel packet in protocol 41 or UDP whose headers are as usual, where it lies in the read buffer. One object serves for every
 * packet.
 */
export interface QuickPacket {
  bytes: Uint8Array;
  /** The same memory. */
  view: DataView;
  ipv4At: number;
  /** -1 for a packet that is not in UDP. */
  udpAt: number;
  /** The inner header. */
  ipv6At: number;
  /** First byte behind the frame. */
  end: number;
  /** Of the outer header. */
  protocol: number;
  /** Outer addresses as signed 32-bit numbers. */
  source: number;
  destination: number;
  dontFragment: boolean;
  ttl: number;
  hopLimit: number;
  nextHeader: number;
  /** Whether the ports of an inner TCP or UDP header are there; only looked for where the overlay is in UDP. */
  hasPorts: boolean;
  /** Whether the inner source is an address of the overlay; `source` is then the IPv4 address that it embeds. */
  isFromOverlay: boolean;
  timestampMs: number;
}

export const createQuickPacket = (): QuickPacket => ({
  bytes: NOTHING,
  view: new DataView(NOTHING.buffer),
  ipv4At: 0,
  udpAt: 0,
  ipv6At: 0,
  end: 0,
  protocol: 0,
  source: 0,
  destination: 0,
  dontFragment: false,
  ttl: 0,
  hopLimit: 0,
  nextHeader: 0,
  hasPorts: false,
  isFromOverlay: false,
  // Not a small integer, so that the field keeps its representation.
  timestampMs: 0.5,
});
