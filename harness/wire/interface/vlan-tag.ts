/** `struct tpacket_auxdata` (packet(7)): the kernel takes a VLAN tag out of the frame and tells it beside. */
const AUXILIARY = { status: 0, tagControl: 16, tagProtocol: 18 } as const;
const VLAN_VALID = 0x10;
const VLAN_PROTOCOL_VALID = 0x40;
const ADDRESSES_BYTES = 12;
const TAG_BYTES = 4;
const IEEE_802_1Q = 0x8100;

/** Whether the first word of this structure says that there was a tag. */
export const saysVlanTag = (status: number): boolean => (status & VLAN_VALID) !== 0;

/** The frame as it was on the link: with its VLAN tag, where it had one. */
export const withVlanTag = (frame: Uint8Array, auxiliary: DataView): Uint8Array => {
  const status = auxiliary.getUint32(AUXILIARY.status, true);
  if (!saysVlanTag(status) || frame.length < ADDRESSES_BYTES) return frame;
  const protocol =
    (status & VLAN_PROTOCOL_VALID) === 0 ? IEEE_802_1Q : auxiliary.getUint16(AUXILIARY.tagProtocol, true);
  const whole = new Uint8Array(frame.length + TAG_BYTES);
  whole.set(frame.subarray(0, ADDRESSES_BYTES));
  const tag = new DataView(whole.buffer, ADDRESSES_BYTES, TAG_BYTES);
  tag.setUint16(0, protocol);
  tag.setUint16(2, auxiliary.getUint16(AUXILIARY.tagControl, true));
  whole.set(frame.subarray(ADDRESSES_BYTES), ADDRESSES_BYTES + TAG_BYTES);
  return whole;
};
