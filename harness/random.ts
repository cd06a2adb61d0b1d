/**
 * Random numbers that depend on their seed alone, so that whatever was drawn can be drawn again. Not for secrets.
 *
 * The generator is xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018), its
 * state filled by splitmix32 from a 32-bit FNV-1a hash of the seed's text.
 */

const UINT32_VALUES = 0x1_0000_0000;

export interface SeededRandom {
  /** 0 to 4294967295. */
  nextUint32(): number;
  /** 0 to `maxExclusive` - 1, each with the same probability; throws RangeError unless 1 <= `maxExclusive` <= 2^32. */
  int(maxExclusive: number): number;
  /** True with this probability; 0 is never, 1 is always. Draws one number in every case. */
  chance(probability: number): boolean;
  /** A new array of `lengthBytes` random bytes. */
  bytes(lengthBytes: number): Uint8Array;
  /** One element; throws RangeError when there is none. */
  pick<T>(items: readonly T[]): T;
  /** A new array with the same elements in another order. */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent generator for a part of the work: what the part draws does not shift what the others draw. */
  fork(label: string | number): SeededRandom;
}

/** The same seed gives the same numbers; `1` and `'1'` are the same seed, as on a command line. */
export function seededRandom(seed: string | number): SeededRandom {
  return new Xoshiro128(String(seed));
}

/** The bare generator over its 128-bit state, which must not be all zero; each call gives the next 32 bits. */
export function xoshiro128(state: readonly [number, number, number, number]): () => number {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

class Xoshiro128 implements SeededRandom {
  readonly nextUint32: () => number;
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
    const next = splitmix32(fnv1a(seed));
    // The all-zero state is the one state that the generator never leaves.
    this.nextUint32 = xoshiro128([next(), next(), next(), next() | 1]);
  }

  int(maxExclusive: number): number {
    if (!Number.isInteger(maxExclusive) || maxExclusive < 1 || maxExclusive > UINT32_VALUES) {
      throw new RangeError(`int() expects a whole number from 1 to 2^32, found ${maxExclusive}`);
    }
    // Values above the last full multiple are drawn again: a plain modulo would favour the small results.
    const limit = UINT32_VALUES - (UINT32_VALUES % maxExclusive);
    let value = this.nextUint32();
    while (value >= limit) value = this.nextUint32();
    return value % maxExclusive;
  }

  chance(probability: number): boolean {
    return this.nextUint32() < probability * UINT32_VALUES;
  }

  bytes(lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(lengthBytes);
    for (let offset = 0; offset < lengthBytes; offset += 4) {
      const value = this.nextUint32();
      for (let i = 0; i < 4 && offset + i < lengthBytes; i++) bytes[offset + i] = value >>> (8 * i);
    }
    return bytes;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick() expects at least one element, found an empty list');
    const index = this.int(items.length);
    // The index is inside the list; an element may itself be undefined, so the type cannot be narrowed by a check.
    return items[index] as T;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const rest = [...items];
    const shuffled: T[] = [];
    while (rest.length > 0) shuffled.push(...rest.splice(this.int(rest.length), 1));
    return shuffled;
  }

  fork(label: string | number): SeededRandom {
    return new Xoshiro128(`${this.#seed}/${label}`);
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
}
