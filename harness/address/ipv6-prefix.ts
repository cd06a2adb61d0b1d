import { AddressError } from './address-error.ts';
import { Ipv6Address } from './ipv6-address.ts';
import { assertPrefixLength, sharesPrefix, splitPrefixText } from './prefix-length.ts';

const ADDRESS_BITS = 128;

/** An IPv6 prefix: an address without host bits and a length from 0 to 128. */
export class Ipv6Prefix {
  readonly address: Ipv6Address;
  readonly length: number;

  private constructor(address: Ipv6Address, length: number) {
    this.address = address;
    this.length = length;
  }

  /**
   * Reads text such as `2001:db8::/32`.
   *
   * @throws AddressError for malformed text, and for host bits, because they usually mean that the length is wrong.
   */
  static parse(text: string): Ipv6Prefix {
    const halves = splitPrefixText(text, ADDRESS_BITS);
    const address = Ipv6Address.parse(halves.address);
    const prefix = Ipv6Prefix.of(address, halves.length);
    if (!prefix.address.equals(address)) {
      throw new AddressError(
        `Expected no bits set after the first ${prefix.length} (${prefix.toString()} is the prefix that contains this address)`,
        {
          text,
          position: 0,
        },
      );
    }
    return prefix;
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

  contains(address: Ipv6Address): boolean {
    return sharesPrefix(address.bytes, this.address.bytes, this.length);
  }

  /** True when every address of `other` is in this prefix; a prefix covers itself. */
  covers(other: Ipv6Prefix): boolean {
    return other.length >= this.length && this.contains(other.address);
  }

  /**
   * The address `offset` places after the first address of the prefix.
   *
   * @throws AddressError when that address is outside the prefix.
   */
  at(offset: bigint | number): Ipv6Address {
    if (typeof offset === 'number' && !Number.isSafeInteger(offset)) {
      throw new AddressError(`Expected a whole number as offset into ${this.toString()}, found ${offset}`);
    }
    const places = BigInt(offset);
    const size = 1n << BigInt(ADDRESS_BITS - this.length);
    if (places < 0n || places >= size) {
      throw new AddressError(`Expected an offset from 0 to ${size - 1n} into ${this.toString()}, found ${places}`);
    }
    return Ipv6Address.fromBigInt(this.address.toBigInt() + places);
  }

  equals(other: Ipv6Prefix): boolean {
    return this.length === other.length && this.address.equals(other.address);
  }

  toString(): string {
    return `${this.address.toString()}/${this.length}`;
  }
}
