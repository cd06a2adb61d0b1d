import { AddressError } from './address-error.ts';
import { sharesPrefix } from './prefix-length.ts';

/** What a prefix asks of the addresses in it. */
interface AddressOf<Address> {
  readonly bytes: Uint8Array;
  equals(other: Address): boolean;
  toString(): string;
}

/** An address without host bits, and how many of its bits are the prefix. */
export abstract class Prefix<Address extends AddressOf<Address>> {
  readonly address: Address;
  readonly length: number;

  protected constructor(address: Address, length: number) {
    this.address = address;
    this.length = length;
  }

  contains(address: Address): boolean {
    return sharesPrefix(address.bytes, this.address.bytes, this.length);
  }

  /** True when every address of `other` is in this prefix; a prefix covers itself. */
  covers(other: Prefix<Address>): boolean {
    return other.length >= this.length && this.contains(other.address);
  }

  /**
   * The address `offset` places after the first address of the prefix.
   *
   * @throws AddressError when that address is outside the prefix.
   */
  at(offset: bigint | number): Address {
    if (typeof offset === 'number' && !Number.isSafeInteger(offset)) {
      throw new AddressError(`Expected a whole number as offset into ${this.toString()}, found ${offset}`);
    }
    const places = BigInt(offset);
    const size = 1n << BigInt(this.address.bytes.length * 8 - this.length);
    if (places < 0n || places >= size) {
      throw new AddressError(`Expected an offset from 0 to ${size - 1n} into ${this.toString()}, found ${places}`);
    }
    return this.addressAfter(places);
  }

  /** The address `places` after the first, which is in the prefix. */
  protected abstract addressAfter(places: bigint): Address;

  /** @throws AddressError where `text`, which was read as this prefix, has bits set after the prefix. */
  protected assertSameAddress(written: Address, text: string): this {
    if (this.address.equals(written)) return this;
    throw new AddressError(
      `Expected no bits set after the first ${this.length} (${this.toString()} is the prefix that contains this address)`,
      { text, position: 0 },
    );
  }

  equals(other: Prefix<Address>): boolean {
    return this.length === other.length && this.address.equals(other.address);
  }

  toString(): string {
    return `${this.address.toString()}/${this.length}`;
  }
}
