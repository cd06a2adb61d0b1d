/** Where the fast path writes its frames. */
import { copyOf } from '../../packet/arena.ts';

/** Larger frames take the ordinary path. */
export const LARGEST_FRAME_BYTES = 16_384;
/** The difference between a frame with an outer IPv4 header and the one without. */
export const OUTER_BYTES = 20;

/**
 * One buffer for all frames. The inner packet lies at the same place in both directions, so that a frame is copied once and whole, and the
 * headers are written around it. Views are kept by length: a frame that is lent allocates nothing.
 */
export class Scratch {
  readonly bytes = new Uint8Array(LARGEST_FRAME_BYTES + OUTER_BYTES);
  readonly #isLent: boolean;
  readonly #views: Uint8Array[][] = [[], []];

  constructor(isLent: boolean) {
    this.#isLent = isLent;
  }

  /** The frame that begins at 0 or 20: the scratch itself where frames are lent, else a copy that nobody writes to again. */
  frame(start: 0 | 20, lengthBytes: number): Uint8Array {
    const views = this.#views[start === 0 ? 0 : 1] ?? [];
    const view = (views[lengthBytes] ??= this.bytes.subarray(start, start + lengthBytes));
    return this.#isLent ? view : copyOf(view);
  }
}

/** Destination and source of an Ethernet header. */
export const writeAddresses = (bytes: Uint8Array, at: number, destination: Uint8Array, source: Uint8Array): void => {
  for (let index = 0; index < 6; index++) {
    bytes[at + index] = destination[index] ?? 0;
    bytes[at + 6 + index] = source[index] ?? 0;
  }
};
