import { readUint32, writeUint16, writeUint32 } from '../packet/bytes.ts';
import { flowLabelsInside } from './flow-labels.ts';

/** `P41` and a byte that no text contains: what announces a tag inside a payload. */
const MAGIC = Uint8Array.of(0x50, 0x34, 0x31, 0x9d);
const NONCE_AT = 4;
const MARK_AT = 6;
export const TAG_LENGTH_BYTES = 10;

const FLOW_LABEL_MASK = 0xfffff;

/**
 * Marks stimuli, so that whatever comes out of the DUT, however late and however deeply quoted, is charged to the stimulus
 * that caused it. A mark travels twice: as the flow label of the inner packet, and as a tag in its payload.
 */
export class Marks<Owner> {
  readonly #needle: Buffer;
  readonly #byMark = new Map<number, Owner>();
  readonly #byFlowLabel = new Map<number, Owner>();
  #last: number;

  /** @param nonce 16 bits that tell one run from another, so that a packet of an earlier run is never taken for one of this */
  constructor(nonce: number, first: number) {
    this.#needle = Buffer.alloc(MARK_AT);
    this.#needle.set(MAGIC);
    writeUint16(this.#needle, NONCE_AT, nonce & 0xffff);
    this.#last = first & FLOW_LABEL_MASK;
  }

  /** A mark that was not used before; its low 20 bits are a flow label other than 0. */
  next(): number {
    this.#last += 1;
    if ((this.#last & FLOW_LABEL_MASK) === 0) this.#last += 1;
    return this.#last;
  }

  tag(mark: number): Uint8Array {
    const bytes = new Uint8Array(TAG_LENGTH_BYTES);
    bytes.set(this.#needle);
    writeUint32(bytes, MARK_AT, mark);
    return bytes;
  }

  claim(mark: number, owner: Owner): void {
    this.#byMark.set(mark, owner);
    this.#byFlowLabel.set(flowLabelOf(mark), owner);
  }

  /** The owner of the mark that the frame carries: by tag if it has one, else by the innermost flow label that is a mark. */
  ownerOf(frame: Uint8Array): Owner | undefined {
    const haystack = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    const at = haystack.indexOf(this.#needle);
    if (at >= 0 && at + TAG_LENGTH_BYTES <= frame.length) {
      const owner = this.#byMark.get(readUint32(frame, at + MARK_AT));
      if (owner !== undefined) return owner;
    }
    for (const label of flowLabelsInside(frame)) {
      const owner = label === 0 ? undefined : this.#byFlowLabel.get(label);
      if (owner !== undefined) return owner;
    }
    return undefined;
  }
}

export const flowLabelOf = (mark: number): number => mark & FLOW_LABEL_MASK;
