import { readUint16, readUint32, readUint8 } from '../packet/bytes.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import type { FramePlace } from './place.ts';

const MOST_PREFIXES = 4096;

/** The first 64 bits of the addresses of IPv6 packets that are in no tunnel, with their number. */
export class NativePackets {
  readonly prefixes = new Map<bigint, number>();
  readonly #hopLimits = new Map<string, number>();

  /** Hop limit of the first packet between two prefixes; undefined if there was none. */
  hopLimit(source: bigint, destination: bigint): number | undefined {
    return this.#hopLimits.get(`${source} ${destination}`);
  }

  add({ bytes, networkAt: at, end, etherType }: FramePlace): void {
    if (etherType !== ETHER_TYPE.IPV6 || at + 40 > end || readUint8(bytes, at) >>> 4 !== 6) return;
    const source = this.#count(bytes, at + 8);
    const destination = this.#count(bytes, at + 24);
    if (source === undefined || destination === undefined || this.#hopLimits.size >= MOST_PREFIXES) return;
    const key = `${source} ${destination}`;
    if (!this.#hopLimits.has(key)) this.#hopLimits.set(key, readUint8(bytes, at + 7));
  }

  #count(bytes: Uint8Array, at: number): bigint | undefined {
    // Link-local and multicast addresses say nothing about where a packet is from.
    const first = readUint16(bytes, at);
    if (first >>> 13 !== 1 && (first & 0xfe00) !== 0xfc00) return undefined;
    const prefix = (BigInt(readUint32(bytes, at)) << 32n) | BigInt(readUint32(bytes, at + 4));
    const count = this.prefixes.get(prefix) ?? 0;
    if (count > 0 || this.prefixes.size < MOST_PREFIXES) this.prefixes.set(prefix, count + 1);
    return prefix;
  }
}
