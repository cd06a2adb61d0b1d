import type { Ipv4Address } from '../address/ipv4-address.ts';
import type { Ipv6Address } from '../address/ipv6-address.ts';
import { MacAddress } from '../packet/mac-address.ts';

/**
 * Every player has a MAC address of its own, which spells its IP address, so that a frame sent to the wrong next hop shows
 * whom it went to: `02:55` and the four bytes of an IPv4 address, `02:66` and the last four bytes of an IPv6 address.
 */
export const macOfIpv4 = (address: Ipv4Address): MacAddress => spelling(0x55, address.bytes);

export const macOfIpv6 = (address: Ipv6Address): MacAddress => spelling(0x66, address.bytes.subarray(12));

const spelling = (kind: number, lastBytes: Uint8Array): MacAddress => {
  const bytes = new Uint8Array(6);
  bytes[0] = 0x02;
  bytes[1] = kind;
  bytes.set(lastBytes, 2);
  return MacAddress.fromBytes(bytes);
};

export const isPlayerMac = (mac: MacAddress): boolean =>
  mac.bytes[0] === 0x02 && (mac.bytes[1] === 0x55 || mac.bytes[1] === 0x66);
