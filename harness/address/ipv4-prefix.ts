import { Ipv4Address } from './ipv4-address.ts';
import { Prefix } from './prefix.ts';
import { assertPrefixLength, splitPrefixText } from './prefix-length.ts';

const ADDRESS_BITS = 32;

/** An IPv4 prefix: an address without host bits and a length from 0 to 32. */
export class Ipv4Prefix extends Prefix<Ipv4Address> {
  /**
   * Reads text such as `10.0.0.0/8`.
   *
   * @throws AddressError for malformed text, and for host bits, because they usually mean that the length is wrong.
   */
  static parse(text: string): Ipv4Prefix {
    const halves = splitPrefixText(text, ADDRESS_BITS);
    const address = Ipv4Address.parse(halves.address);
    return Ipv4Prefix.of(address, halves.length).assertSameAddress(address, text);
  }

  /**
   * The prefix of `length` bits that contains `address`; host bits are cleared.
   *
   * @throws AddressError for a length outside 0 to 32.
   */
  static of(address: Ipv4Address, length: number): Ipv4Prefix {
    assertPrefixLength(length, ADDRESS_BITS);
    const hostBits = BigInt(ADDRESS_BITS - length);
    const masked = (BigInt(address.toNumber()) >> hostBits) << hostBits;
    return new Ipv4Prefix(Ipv4Address.fromNumber(Number(masked)), length);
  }

  protected override addressAfter(places: bigint): Ipv4Address {
    return Ipv4Address.fromNumber(this.address.toNumber() + Number(places));
  }
}
