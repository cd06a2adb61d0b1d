/** What the kernel tells of a VLAN tag, which it takes out of the frame. */
export interface TakenTag {
  /** Says whether there was one, and whether its protocol is known. */
  readonly status: number;
  readonly tagControl: number;
  readonly tagProtocol: number;
}

/** `struct tpacket_auxdata` (packet(7)), beside a frame. */
const AUXILIARY = { status: 0, tagControl: 16, tagProtocol: 18 } as const;
const VLAN_VALID = 0x10;
const VLAN_PROTOCOL_VALID = 0x40;
const ADDRESSES_BYTES = 12;
const TAG_BYTES = 4;
const IEEE_802_1Q = 0x8100;

export const tagBeside = (auxiliary: DataView): TakenTag => ({
  status: auxiliary.getUint32(AUXILIARY.status, true),
  tagControl: auxiliary.getUint16(AUXILIARY.tagControl, true),
  tagProtocol: auxiliary.getUint16(AUXILIARY.tagProtocol, true),
});

/** Whether the status says that there was a tag. */
export const saysVlanTag = (status: number): boolean => (status & VLAN_VALID) !== 0;

/** The frame as it was on the link: with its VLAN tag, where it had one. */
export const withVlanTag = (frame: Uint8Array, { status, tagControl, tagProtocol }: TakenTag): Uint8Array => {
  if (!saysVlanTag(status) || frame.length < ADDRESSES_BYTES) return frame;
  const protocol = (status & VLAN_PROTOCOL_VALID) === 0 ? IEEE_802_1Q : tagProtocol;
  const whole = new Uint8Array(frame.length + TAG_BYTES);
  whole.set(frame.subarray(0, ADDRESSES_BYTES));
  const tag = new DataView(whole.buffer, ADDRESSES_BYTES, TAG_BYTES);
  tag.setUint16(0, protocol);
  tag.setUint16(2, tagControl);
  whole.set(frame.subarray(ADDRESSES_BYTES), ADDRESSES_BYTES + TAG_BYTES);
  return whole;
};
