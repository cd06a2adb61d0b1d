import { zeroed } from '../packet/arena.ts';
import { equalRange, readUint32, writeUint16, writeUint32 } from '../packet/bytes.ts';
import { IPV6 } from '../packet/ipv6.ts';
import { flowLabelsInside } from './flow-labels.ts';

/** `P41` and a byte that no text contains: what announces a tag inside a payload. */
const MAGIC = Uint8Array.of(0x50, 0x34, 0x31, 0x9d);
const NONCE_AT = 4;
const MARK_AT = 6;
export const TAG_LENGTH_BYTES = 10;

const FLOW_LABEL_MASK = 0xfffff;
/** Older marks are forgotten, so that a run of days does not keep every packet of its own. */
const REMEMBERED_MARKS = 0x20000;

interface Claim<Owner> {
  readonly owner: Owner;
  /** The marked packet. */
  readonly inner: Uint8Array;
}

/**
 * Marks stimuli, so that whatever comes out of the DUT, however late and however deeply quoted, is charged to the stimulus
 * that caused it. A mark travels twice: as the flow label of the inner packet, and as a tag in its payload.
 */
export class Marks<Owner> {
  readonly #needle: Buffer;
  readonly #byMark = new Map<number, Claim<Owner>>();
  readonly #byFlowLabel = new Map<number, Claim<Owner>>();
  #last: number;

  /** @param nonce 16 bits that tell one run from another, so that a packet of an earlier run is never taken for one of this */
  constructor(nonce: number, first: number) {
    this.#needle = Buffer.alloc(MARK_AT);
    this.#needle.set(MAGIC);
    writeUint16(this.#needle, NONCE_AT, nonce & 0xffff);
    this.#last = first & FLOW_LABEL_MASK;
  }

  /** From here on marks follow the given one. Where two rows of marks meet, which is rare, the younger claim counts. */
  goOnAfter(mark: number): void {
    this.#last = mark;
  }

  /** The next of the row; its low 20 bits are a flow label other than 0. */
  next(): number {
    this.#last += 1;
    if ((this.#last & FLOW_LABEL_MASK) === 0) this.#last += 1;
    return this.#last;
  }

  tag(mark: number): Uint8Array {
    const bytes = zeroed(TAG_LENGTH_BYTES);
    bytes.set(this.#needle);
    writeUint32(bytes, MARK_AT, mark);
    return bytes;
  }

  /** @param inner the inner packet that carries the mark, from the IPv6 header on; its addresses back the flow label up */
  claim(mark: number, owner: Owner, inner: Uint8Array): void {
    const claim = { owner, inner };
    this.#byMark.set(mark, claim);
    this.#byFlowLabel.set(flowLabelOf(mark), claim);
    this.#forgetOldest();
  }

  /** Keeps of a claim no more than its mark is known by, and of its owner what `change` makes of it. */
  lighten(mark: number, change: (owner: Owner) => Owner): void {
    const claim = this.#byMark.get(mark);
    if (claim === undefined) return;
    const replaced = { inner: claim.inner.slice(0, IPV6.HEADER_LENGTH), owner: change(claim.owner) };
    this.#byMark.set(mark, replaced);
    if (this.#byFlowLabel.get(flowLabelOf(mark)) === claim) this.#byFlowLabel.set(flowLabelOf(mark), replaced);
  }

  /**
   * The owner of the mark that the frame carries: by tag if it has one, else by the innermost flow label that is a mark. A node
   * draws flow labels for what it sends itself, so a flow label counts only in a header with the addresses of the marked packet
   * (or in one cut off before its addresses, which only a quote is).
   */
  ownerOf(frame: Uint8Array): Owner | undefined {
    // Borrowed, because wrapping every frame in a Buffer costs more than the search.
    const tagAt = Buffer.prototype.indexOf.call(frame, this.#needle);
    let unclaimed: number | undefined;
    if (tagAt >= 0 && tagAt + TAG_LENGTH_BYTES <= frame.length) {
      const mark = readUint32(frame, tagAt + MARK_AT);
      const claim = this.#byMark.get(mark);
      if (claim !== undefined) return claim.owner;
      unclaimed = flowLabelOf(mark);
    }
    for (const { label, at, mayBeShort } of flowLabelsInside(frame)) {
      // The tag says whose label it is, and he has claimed nothing: whoever claimed it lived a million marks ago.
      const claim = label === 0 || label === unclaimed ? undefined : this.#byFlowLabel.get(label);
      if (claim !== undefined && hasAddressesOf(claim.inner, frame, at, mayBeShort)) return claim.owner;
    }
    return undefined;
  }

  #forgetOldest(): void {
    if (this.#byMark.size <= REMEMBERED_MARKS) return;
    for (const [mark, claim] of this.#byMark) {
      this.#byMark.delete(mark);
      if (this.#byFlowLabel.get(flowLabelOf(mark)) === claim) this.#byFlowLabel.delete(flowLabelOf(mark));
      return;
    }
  }
}

/** Of a marked packet that is cut short, what it has of its addresses counts. */
const hasAddressesOf = (inner: Uint8Array, frame: Uint8Array, at: number, mayBeShort: boolean): boolean => {
  if (frame.length < at + IPV6.HEADER_LENGTH) return mayBeShort;
  const lengthBytes = Math.max(0, Math.min(inner.length, IPV6.HEADER_LENGTH) - IPV6.SOURCE);
  return equalRange(frame, at + IPV6.SOURCE, inner, Math.min(inner.length, IPV6.SOURCE), lengthBytes);
};

export const flowLabelOf = (mark: number): number => mark & FLOW_LABEL_MASK;
