/** Addresses as signed 32-bit words: small integers for the engine, so that comparing them allocates nothing. */
import type { Ipv4Net } from '../ipv4/net.ts';
import { netmask } from '../ipv4/net.ts';
import type { Ipv6Net } from '../ipv6/prefix.ts';

export const wordAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);

/** A set of IPv4 prefixes. */
export class Ipv4Nets {
  readonly #pairs: Int32Array;

  constructor(nets: readonly Ipv4Net[]) {
    this.#pairs = Int32Array.from(nets.flatMap(({ address, length }) => [address & netmask(length), netmask(length)]));
  }

  /** `address` is a signed word. */
  has(address: number): boolean {
    const pairs = this.#pairs;
    for (let at = 0; at < pairs.length; at += 2) {
      if ((address & (pairs[at + 1] ?? 0)) === pairs[at]) return true;
    }
    return false;
  }
}

const WORDS = 4;
const ENTRY = 2 * WORDS;

const maskWord = (length: number, word: number): number => netmask(Math.min(32, Math.max(0, length - 32 * word)));

/** IPv6 prefixes in the order in which they are tried. */
export class Ipv6Nets {
  readonly #words: Int32Array;

  constructor(nets: readonly Ipv6Net[]) {
    this.#words = new Int32Array(nets.length * ENTRY);
    for (const [index, { bytes, length }] of nets.entries()) {
      for (let word = 0; word < WORDS; word++) {
        const mask = maskWord(length, word);
        this.#words[index * ENTRY + word] = wordAt(bytes, 4 * word) & mask;
        this.#words[index * ENTRY + WORDS + word] = mask;
      }
    }
  }

  /** Index of the first prefix that holds the address of these four words, -1 for none. */
  find(first: number, second: number, third: number, fourth: number): number {
    const words = this.#words;
    for (let at = 0; at < words.length; at += ENTRY) {
      const isIn =
        (first & (words[at + 4] ?? 0)) === words[at] &&
        (second & (words[at + 5] ?? 0)) === words[at + 1] &&
        (third & (words[at + 6] ?? 0)) === words[at + 2] &&
        (fourth & (words[at + 7] ?? 0)) === words[at + 3];
      if (isIn) return at / ENTRY;
    }
    return -1;
  }
}
