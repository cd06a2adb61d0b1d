import { Ipv4Address } from '../../address/ipv4-address.ts';
import { Ipv4Prefix } from '../../address/ipv4-prefix.ts';
import { splitPrefixText } from '../../address/prefix-length.ts';

/** An IPv4 prefix as unsigned 32-bit numbers. */
export interface Ipv4Net {
  readonly address: number;
  readonly length: number;
}

export const LIMITED_BROADCAST = 0xffffffff;

/** The network mask of a length: 24 gives 0xffffff00. Shifting by 32 would shift by 0, hence the special case. */
export const netmask = (length: number): number => (length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0);

export const inNet = (net: Ipv4Net, address: number): boolean =>
  ((address ^ net.address) & netmask(net.length)) >>> 0 === 0;

/** Throws AddressError for malformed text and for host bits. */
export const parseIpv4Net = (text: string): Ipv4Net => {
  const prefix = Ipv4Prefix.parse(text);
  return { address: prefix.address.toNumber(), length: prefix.length };
};

/** The same with the host bits that somebody has written, which whoever calls this must judge. Throws AddressError for malformed text. */
export const parseIpv4NetAsWritten = (text: string): Ipv4Net => {
  const { address, length } = splitPrefixText(text, 32);
  return { address: parseIpv4(address), length };
};

export const parseIpv4 = (text: string): number => Ipv4Address.parse(text).toNumber();
export const ipv4Text = (address: number): string => Ipv4Address.fromNumber(address).toString();

/** The directed broadcast address of an attached subnet; none for /31 and /32 (RFC 3021). */
export const subnetBroadcast = (address: number, prefixLength: number): number | undefined =>
  prefixLength >= 31 ? undefined : (address | ~netmask(prefixLength)) >>> 0;
