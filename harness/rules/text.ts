import { Ipv4Address, Ipv6Address } from '../address/index.ts';

/** The dotted quad of a signed or unsigned 32-bit number. */
export function ipv4Text(address: number): string {
  return Ipv4Address.fromNumber(address >>> 0).toString();
}

/** The address at an offset in a packet. */
export function ipv6Text(bytes: Uint8Array, at: number): string {
  return Ipv6Address.fromBytes(bytes, at).toString();
}

export function hexText(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

const ECN_NAMES = ['Not-ECT', 'ECT(1)', 'ECT(0)', 'CE'] as const;

/** The name of an ECN codepoint (RFC 3168 section 5). */
export function ecnText(ecn: number): string {
  return ECN_NAMES[ecn & 3] ?? 'Not-ECT';
}
