import { Ipv6Prefix } from '../../address/ipv6-prefix.ts';

/** An IPv6 prefix as the data path compares it: the 16 bytes of its first address and its length in bits. */
export interface Ipv6Net {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Throws AddressError for malformed text and for host bits. */
export const parseIpv6Net = (text: string): Ipv6Net => {
  const prefix = Ipv6Prefix.parse(text);
  return { bytes: prefix.address.bytes, length: prefix.length };
};

/** Whether the address at `at` lies in the prefix; compares exactly `length` bits. */
export const matchesPrefix = (net: Ipv6Net, bytes: Uint8Array, at: number): boolean => {
  const whole = net.length >> 3;
  for (let i = 0; i < whole; i++) {
    if (net.bytes[i] !== bytes[at + i]) return false;
  }
  const rest = net.length & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return ((net.bytes[whole] ?? 0) & mask) === ((bytes[at + whole] ?? 0) & mask);
};

/** Whether two addresses, each at its offset, are the same. */
export const sameAddress = (left: Uint8Array, leftAt: number, right: Uint8Array, rightAt: number): boolean => {
  for (let i = 0; i < 16; i++) {
    if (left[leftAt + i] !== right[rightAt + i]) return false;
  }
  return true;
};

/** Sixteen characters that name an address in a Map. */
export const addressKey = (bytes: Uint8Array, at = 0): string => String.fromCharCode(...bytes.subarray(at, at + 16));
