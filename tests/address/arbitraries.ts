import fc from 'fast-check';
import { Ipv4Address, Ipv4Prefix, Ipv6Address, Ipv6Prefix } from '../../harness/address/index.ts';

export const ipv4Addresses = fc.integer({ min: 0, max: 0xffffffff }).map((value) => Ipv4Address.fromNumber(value));

// Zero groups are drawn often, because the text form is all about their runs.
const groups = fc.array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff })), {
  minLength: 8,
  maxLength: 8,
});

export const ipv6Addresses = groups.map((list) =>
  Ipv6Address.fromBytes(Uint8Array.from(list.flatMap((group) => [group >>> 8, group & 0xff]))),
);

export const ipv4Prefixes = fc
  .tuple(ipv4Addresses, fc.integer({ min: 0, max: 32 }))
  .map(([address, length]) => Ipv4Prefix.of(address, length));

export const ipv6Prefixes = fc
  .tuple(ipv6Addresses, fc.integer({ min: 0, max: 128 }))
  .map(([address, length]) => Ipv6Prefix.of(address, length));

/** The bits of an address as text, the slow and obvious form that the tests calculate with. */
export function bitsOf(address: Ipv4Address | Ipv6Address): string {
  return [...address.bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
}
