import { Ipv6Address } from './ipv6-address.ts';
import { Prefix } from './prefix.ts';
import { assertPrefixLength, splitPrefixText } from './prefix-length.ts';

const ADDRESS_BITS = 128;

/** An IPv6 prefix: an address without host bits and a length from 0 to 128. */
export class Ipv6Prefix extends Prefix<Ipv6Address> {
  /**
   * Reads text such as `2001:db8::/32`.
   *
   * @throws AddressError for malformed text, and for host bits, because they usually mean that the length is wrong.
   */
  static parse(text: string): Ipv6Prefix {
    const halves = splitPrefixText(text, ADDRESS_BITS);
    const address = Ipv6Address.parse(halves.address);
    return Ipv6Prefix.of(address, halves.length).assertSameAddress(address, text);
  }

  /**
   * The prefix of `length` bits that contains `address`; host bits are cleared.
   *
   * @throws AddressError for a length outside 0 to 128.
   */
  static of(address: Ipv6Address, length: number): Ipv6Prefix {
    assertPrefixLength(length, ADDRESS_BITS);
    const hostBits = BigInt(ADDRESS_BITS - length);
    const masked = (address.toBigInt() >> hostBits) << hostBits;
    return new Ipv6Prefix(Ipv6Address.fromBigInt(masked), length);
  }

  protected override addressAfter(places: bigint): Ipv6Address {
    return Ipv6Address.fromBigInt(this.address.toBigInt() + places);
  }
}
