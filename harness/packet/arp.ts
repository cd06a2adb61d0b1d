/**
 * Address Resolution Protocol for IPv4 over Ethernet (RFC 826).
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Hardware Type (1)         |    Protocol Type (0x0800)     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Hw Length 6  | Proto Length 4|          Operation            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Sender hardware (6), sender protocol (4), target hardware    |
 * |  (6), target protocol (4) address                             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
import { Ipv4Address } from '../address/index.ts';
import { readUint16, readUint32, readUint8 } from './bytes.ts';
import { ETHER_TYPE } from './ether-types.ts';
import { MacAddress } from './mac-address.ts';

/** Offsets in bytes from the start of the ARP packet, for hardware length 6 and protocol length 4. */
export const ARP = {
  HARDWARE_TYPE: 0,
  PROTOCOL_TYPE: 2,
  HARDWARE_LENGTH: 4,
  PROTOCOL_LENGTH: 5,
  OPERATION: 6,
  SENDER_HARDWARE_ADDRESS: 8,
  SENDER_PROTOCOL_ADDRESS: 14,
  TARGET_HARDWARE_ADDRESS: 18,
  TARGET_PROTOCOL_ADDRESS: 24,
  HEADER_LENGTH: 28,
} as const;

export const ARP_OPERATION = { REQUEST: 1, REPLY: 2 } as const;

export const ARP_HARDWARE_ETHERNET = 1;

export interface ArpHeader {
  readonly hardwareType: number;
  readonly protocolType: number;
  readonly hardwareLength: number;
  readonly protocolLength: number;
  readonly operation: number;
  readonly senderHardwareAddress: MacAddress;
  readonly senderProtocolAddress: Ipv4Address;
  readonly targetHardwareAddress: MacAddress;
  readonly targetProtocolAddress: Ipv4Address;
}

/** Whether the packet is ARP for IPv4 over Ethernet, the only kind whose addresses this file can read. */
export function arpIsIpv4OverEthernet(bytes: Uint8Array, at: number): boolean {
  return (
    readUint16(bytes, at + ARP.HARDWARE_TYPE) === ARP_HARDWARE_ETHERNET &&
    readUint16(bytes, at + ARP.PROTOCOL_TYPE) === ETHER_TYPE.IPV4 &&
    readUint8(bytes, at + ARP.HARDWARE_LENGTH) === 6 &&
    readUint8(bytes, at + ARP.PROTOCOL_LENGTH) === 4
  );
}

export function arpOperation(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + ARP.OPERATION);
}

/** The target protocol address as a number, for comparisons without allocation. */
export function arpTargetNumber(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at + ARP.TARGET_PROTOCOL_ADDRESS);
}

/** The packet at `at`; 28 bytes must be there. The addresses only mean something if `arpIsIpv4OverEthernet`. */
export function readArpHeader(bytes: Uint8Array, at: number): ArpHeader {
  return {
    hardwareType: readUint16(bytes, at + ARP.HARDWARE_TYPE),
    protocolType: readUint16(bytes, at + ARP.PROTOCOL_TYPE),
    hardwareLength: readUint8(bytes, at + ARP.HARDWARE_LENGTH),
    protocolLength: readUint8(bytes, at + ARP.PROTOCOL_LENGTH),
    operation: arpOperation(bytes, at),
    senderHardwareAddress: MacAddress.fromBytes(bytes, at + ARP.SENDER_HARDWARE_ADDRESS),
    senderProtocolAddress: Ipv4Address.fromBytes(bytes, at + ARP.SENDER_PROTOCOL_ADDRESS),
    targetHardwareAddress: MacAddress.fromBytes(bytes, at + ARP.TARGET_HARDWARE_ADDRESS),
    targetProtocolAddress: Ipv4Address.fromBytes(bytes, at + ARP.TARGET_PROTOCOL_ADDRESS),
  };
}
