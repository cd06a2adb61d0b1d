import { build, ethernet, ipv4, ipv6, payload, udp, writeUint32 } from '../../packet/index.ts';
import type { MacAddress } from '../../packet/mac-address.ts';

/** A packet that can be told from all others, and sent again and again with another number. */
export interface ProbeFormat {
  readonly inner: 'ipv6' | 'ipv4';
  readonly source: string;
  readonly destination: string;
  readonly sourceMac: MacAddress | string;
  readonly destinationMac: MacAddress | string;
  /** Of the IP packet. */
  readonly packetBytes: number;
  readonly sourcePort?: number;
}

const MAGIC = 0x50343142; // "P41B"
/** Magic, a number, and its complement, which keeps the checksum what it is. */
const TAG_BYTES = 12;
const ETHERNET_BYTES = 14;
const UDP_BYTES = 8;
const IP_BYTES = { ipv6: 40, ipv4: 20 } as const;
/** The port that discards (RFC 863). */
const DISCARD_PORT = 9;

export const MINIMUM_PACKET_BYTES = IP_BYTES.ipv6 + UDP_BYTES + TAG_BYTES;

const tagOffset = (inner: ProbeFormat['inner']): number => ETHERNET_BYTES + IP_BYTES[inner] + UDP_BYTES;

/** Frames of one format, each with a number. */
export class Probe {
  readonly inner: ProbeFormat['inner'];
  readonly #template: Uint8Array;
  readonly #tagAt: number;

  constructor(format: ProbeFormat) {
    const { inner, source, destination, packetBytes } = format;
    const tag = new Uint8Array(packetBytes - IP_BYTES[inner] - UDP_BYTES);
    writeUint32(tag, 0, MAGIC);
    writeUint32(tag, 8, 0xffff_ffff);
    const addresses = { source, destination };
    this.inner = inner;
    this.#template = build(
      ethernet({ source: format.sourceMac, destination: format.destinationMac }),
      inner === 'ipv6' ? ipv6(addresses) : ipv4(addresses),
      udp({ sourcePort: format.sourcePort ?? 4141, destinationPort: DISCARD_PORT }),
      payload(tag),
    );
    this.#tagAt = tagOffset(inner);
  }

  frame(number: number): Uint8Array {
    const frame = this.#template.slice();
    writeUint32(frame, this.#tagAt + 4, number);
    writeUint32(frame, this.#tagAt + 8, ~number >>> 0);
    return frame;
  }

  /** The number of a frame of this format that has come out whole; undefined for anything else. */
  numberOf(frame: Uint8Array): number | undefined {
    if (frame.byteLength !== this.#template.byteLength) return undefined;
    const view = new DataView(frame.buffer, frame.byteOffset + this.#tagAt, TAG_BYTES);
    const number = view.getUint32(4);
    return view.getUint32(0) === MAGIC && view.getUint32(8) === ~number >>> 0 ? number : undefined;
  }
}
