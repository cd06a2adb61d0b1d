/** A 48-bit MAC address. */
import type { Ipv6Address } from '../address/index.ts';
import { equalBytes } from './bytes.ts';
import { PacketError } from './packet-error.ts';

const LENGTH = 6;
const TEXT = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

export class MacAddress {
  static readonly BROADCAST = new MacAddress(new Uint8Array(LENGTH).fill(0xff));
  static readonly ZERO = new MacAddress(new Uint8Array(LENGTH));

  /** Six bytes. */
  readonly bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Six pairs of hexadecimal digits with colons: `02:00:5e:10:00:01`. Throws PacketError. */
  static parse(text: string): MacAddress {
    if (!TEXT.test(text)) {
      throw new PacketError(
        'PROTO41_PACKET_TEXT',
        `Expected a MAC address such as 02:00:5e:10:00:01, found "${text}".`,
      );
    }
    return new MacAddress(Uint8Array.from(text.split(':'), (pair) => Number.parseInt(pair, 16)));
  }

  /** A copy of six bytes at an offset; bytes beyond the end are zero. */
  static fromBytes(bytes: Uint8Array, offset = 0): MacAddress {
    const copy = new Uint8Array(LENGTH);
    for (let i = 0; i < LENGTH; i++) copy[i] = bytes[offset + i] ?? 0;
    return new MacAddress(copy);
  }

  /** The group address for an IPv6 multicast destination: 33:33 and its last four bytes (RFC 2464 section 7). */
  static forIpv6Multicast(group: Ipv6Address): MacAddress {
    const bytes = new Uint8Array(LENGTH).fill(0x33);
    bytes.set(group.bytes.subarray(12), 2);
    return new MacAddress(bytes);
  }

  /** Broadcast included: the group bit is the lowest bit of the first byte. */
  get isMulticast(): boolean {
    return ((this.bytes[0] ?? 0) & 1) !== 0;
  }

  equals(other: MacAddress): boolean {
    return equalBytes(this.bytes, other.bytes);
  }

  /** Lower case with colons. */
  toString(): string {
    return Array.from(this.bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
  }
}
