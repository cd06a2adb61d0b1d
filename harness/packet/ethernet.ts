/**
 * Ethernet II header, and the VLAN tag that may follow it.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                 Destination Address (48 bits)                 |
 * +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                               |    Source Address (48 bits)   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           EtherType           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * VLAN tag (IEEE 802.1Q), in place of the EtherType and two bytes longer:
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | PCP |D|   VLAN Identifier     |       inner EtherType         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 *
 * IPv4 over Ethernet: RFC 894. IPv6 over Ethernet: RFC 2464.
 */
import { readUint16 } from './bytes.ts';
import { MacAddress } from './mac-address.ts';

/** Offsets in bytes from the start of the frame. */
export const ETHERNET = { DESTINATION: 0, SOURCE: 6, ETHER_TYPE: 12, HEADER_LENGTH: 14 } as const;

/** Offsets in bytes from the first byte after the EtherType 0x8100 or 0x88a8. */
export const VLAN = { TAG_CONTROL: 0, ETHER_TYPE: 2, HEADER_LENGTH: 4 } as const;

/** EtherType field values below this are IEEE 802.3 lengths, not types. */
export const ETHER_TYPE_MINIMUM = 0x0600;

export interface EthernetHeader {
  readonly destination: MacAddress;
  readonly source: MacAddress;
  readonly etherType: number;
}

export interface VlanHeader {
  /** Priority Code Point, 0 to 7. */
  readonly priority: number;
  readonly dropEligible: boolean;
  /** VLAN Identifier, 12 bits. */
  readonly vlanIdentifier: number;
  /** The type of what follows the tag. */
  readonly etherType: number;
}

export function ethernetEtherType(bytes: Uint8Array, at = 0): number {
  return readUint16(bytes, at + ETHERNET.ETHER_TYPE);
}

export function ethernetDestination(bytes: Uint8Array, at = 0): MacAddress {
  return MacAddress.fromBytes(bytes, at + ETHERNET.DESTINATION);
}

export function ethernetSource(bytes: Uint8Array, at = 0): MacAddress {
  return MacAddress.fromBytes(bytes, at + ETHERNET.SOURCE);
}

/** The header at `at`; 14 bytes must be there. */
export function readEthernetHeader(bytes: Uint8Array, at = 0): EthernetHeader {
  return {
    destination: ethernetDestination(bytes, at),
    source: ethernetSource(bytes, at),
    etherType: ethernetEtherType(bytes, at),
  };
}

/** The VLAN tag at `at`; 4 bytes must be there. */
export function readVlanHeader(bytes: Uint8Array, at: number): VlanHeader {
  const control = readUint16(bytes, at + VLAN.TAG_CONTROL);
  return {
    priority: control >>> 13,
    dropEligible: (control & 0x1000) !== 0,
    vlanIdentifier: control & 0x0fff,
    etherType: readUint16(bytes, at + VLAN.ETHER_TYPE),
  };
}
