import { AddressError } from './address-error.ts';
import { parseDottedQuad } from './dotted-quad.ts';

const LENGTH_BYTES = 4;

/** An IPv4 address: four bytes in network order. */
export class Ipv4Address {
  readonly bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /**
   * Reads a strict dotted quad such as `192.0.2.1`.
   *
   * @throws AddressError for anything else, short, octal and hexadecimal forms included.
   */
  static parse(text: string): Ipv4Address {
    return new Ipv4Address(parseDottedQuad(text));
  }

  /**
   * Copies four bytes, so that later changes to a packet buffer do not change the address.
   *
   * @throws AddressError when fewer than four bytes follow `offset`.
   */
  static fromBytes(bytes: Uint8Array, offset = 0): Ipv4Address {
    const copy = bytes.slice(offset, offset + LENGTH_BYTES);
    if (offset < 0 || copy.length !== LENGTH_BYTES) {
      throw new AddressError(
        `Expected ${LENGTH_BYTES} bytes of an IPv4 address at offset ${offset}, found a buffer of ${bytes.length} bytes`,
      );
    }
    return new Ipv4Address(copy);
  }

  /**
   * The address whose four bytes, most significant first, are an unsigned 32-bit number.
   *
   * @throws AddressError outside 0 to 2^32 - 1.
   */
  static fromNumber(value: number): Ipv4Address {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
      throw new AddressError(`Expected an unsigned 32-bit number for an IPv4 address, found ${value}`);
    }
    return new Ipv4Address(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
  }

  /** The unsigned 32-bit number of the four bytes, most significant first. */
  toNumber(): number {
    return this.bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  }

  equals(other: Ipv4Address): boolean {
    return this.bytes.every((byte, index) => byte === other.bytes[index]);
  }

  /** The dotted quad. */
  toString(): string {
    return this.bytes.join('.');
  }
}
