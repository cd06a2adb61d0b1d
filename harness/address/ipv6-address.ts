import { AddressError } from './address-error.ts';
import { formatIpv6Groups, parseIpv6Groups } from './ipv6-text.ts';

const LENGTH_BYTES = 16;

/** An IPv6 address: sixteen bytes in network order. */
export class Ipv6Address {
  readonly bytes: Uint8Array;
  /** Worked out when first asked for. */
  #text: string | undefined;

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /**
   * Reads any text form of RFC 4291 section 2.2. `::1.2.3.4` is the IPv4-compatible address, not the IPv4-mapped one.
   *
   * @throws AddressError for anything else, zone identifiers included.
   */
  static parse(text: string): Ipv6Address {
    return new Ipv6Address(Uint8Array.from(parseIpv6Groups(text).flatMap((group) => [group >>> 8, group & 0xff])));
  }

  /**
   * Copies sixteen bytes, so that later changes to a packet buffer do not change the address.
   *
   * @throws AddressError when fewer than sixteen bytes follow `offset`.
   */
  static fromBytes(bytes: Uint8Array, offset = 0): Ipv6Address {
    const copy = bytes.slice(offset, offset + LENGTH_BYTES);
    if (offset < 0 || copy.length !== LENGTH_BYTES) {
      throw new AddressError(
        `Expected ${LENGTH_BYTES} bytes of an IPv6 address at offset ${offset}, found a buffer of ${bytes.length} bytes`,
      );
    }
    return new Ipv6Address(copy);
  }

  /**
   * The address whose sixteen bytes, most significant first, are an unsigned 128-bit number.
   *
   * @throws AddressError outside 0 to 2^128 - 1.
   */
  static fromBigInt(value: bigint): Ipv6Address {
    if (BigInt.asUintN(128, value) !== value) {
      throw new AddressError(`Expected an unsigned 128-bit number for an IPv6 address, found ${value}`);
    }
    const view = new DataView(new ArrayBuffer(LENGTH_BYTES));
    view.setBigUint64(0, value >> 64n);
    view.setBigUint64(8, BigInt.asUintN(64, value));
    return new Ipv6Address(new Uint8Array(view.buffer));
  }

  /** The unsigned 128-bit number of the sixteen bytes, most significant first. */
  toBigInt(): bigint {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, LENGTH_BYTES);
    return (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
  }

  equals(other: Ipv6Address): boolean {
    for (let i = 0; i < LENGTH_BYTES; i++) if (this.bytes[i] !== other.bytes[i]) return false;
    return true;
  }

  /** The text form of RFC 5952. */
  toString(): string {
    this.#text ??= formatIpv6Groups(
      Array.from({ length: 8 }, (_, index) => (this.bytes[2 * index] ?? 0) * 256 + (this.bytes[2 * index + 1] ?? 0)),
    );
    return this.#text;
  }
}
