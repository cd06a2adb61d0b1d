/** Message headers for recvmmsg and sendmmsg (recvmsg(2)), laid out by hand once and used again for every batch. */
import { addressOf } from './system-calls.ts';

/** `struct mmsghdr` where pointers have 64 bits. */
const MESSAGE = {
  iov: 16,
  iovCount: 24,
  control: 32,
  controlBytes: 40,
  flags: 48,
  length: 56,
  lengthBytes: 64,
} as const;
/** `struct iovec` */
const VECTOR = { base: 0, length: 8, lengthBytes: 16 } as const;
/** `struct cmsghdr`, followed by its data. */
const CONTROL = { length: 0, level: 8, type: 12, data: 16, alignment: 8 } as const;
/** Room for the control messages of one frame: a time stamp and auxiliary data. */
export const CONTROL_BYTES = 128;
const MSG_TRUNC = 0x20;

const LITTLE_ENDIAN = true;

/** Room for a batch of frames. */
export class MessageRing {
  readonly count: number;
  /** The headers as system calls take them. */
  readonly headers: Uint8Array;
  readonly #frameBytes: number;
  readonly #headers: DataView;
  readonly #vectors: DataView;
  readonly #frames: Uint8Array;
  readonly #controlBytes: number;
  readonly #controls: DataView;
  /** The last view of each place: frames in a row often have one length. */
  readonly #views: Uint8Array[] = [];
  #isLaidOut = false;
  /** Places of which the kernel has written the header. */
  #written = 0;

  /** @param controlBytes room for the control messages of each frame; without any the kernel has nothing to write there */
  constructor(count: number, frameBytes: number, controlBytes: 0 | typeof CONTROL_BYTES = 0) {
    this.count = count;
    this.#frameBytes = frameBytes;
    this.#frames = new Uint8Array(count * frameBytes);
    this.#controlBytes = controlBytes;
    this.#controls = new DataView(new ArrayBuffer(count * controlBytes));
    this.#headers = new DataView(new ArrayBuffer(count * MESSAGE.lengthBytes));
    this.#vectors = new DataView(new ArrayBuffer(count * VECTOR.lengthBytes));
    this.headers = viewed(this.#headers);
    const vectors = addressOf(viewed(this.#vectors));
    const frames = addressOf(this.#frames);
    for (let index = 0; index < count; index += 1) {
      const header = index * MESSAGE.lengthBytes;
      const vector = index * VECTOR.lengthBytes;
      this.#headers.setBigUint64(header + MESSAGE.iov, vectors + BigInt(vector), LITTLE_ENDIAN);
      this.#headers.setBigUint64(header + MESSAGE.iovCount, 1n, LITTLE_ENDIAN);
      this.#vectors.setBigUint64(vector + VECTOR.base, frames + BigInt(index * frameBytes), LITTLE_ENDIAN);
    }
  }

  /** Makes the whole ring ready for `receive`, which returns how many places it has filled, from the first on. */
  fill(receive: (headers: Uint8Array, count: number) => number): number {
    if (!this.#isLaidOut) this.#layOutToReceive();
    // The kernel writes how long the control messages are over the room for them; the upper half is zero.
    for (let index = 0; index < this.#written; index += 1)
      this.#headers.setUint32(index * MESSAGE.lengthBytes + MESSAGE.controlBytes, this.#controlBytes, LITTLE_ENDIAN);
    this.#written = 0;
    const count = receive(this.headers, this.count);
    if (this.#controlBytes > 0) this.#written = count;
    return count;
  }

  /** Copies frames in, from `first` on, and returns how many there was room for. */
  load(frames: readonly Uint8Array[], first: number): number {
    const loaded = Math.min(this.count, frames.length - first);
    for (let index = 0; index < loaded; index += 1) this.put(index, frames[first + index] ?? new Uint8Array(0));
    return loaded;
  }

  /** Copies a frame in that is to be sent. */
  put(index: number, frame: Uint8Array): void {
    this.#frames.set(frame, index * this.#frameBytes);
    this.#headers.setUint32(index * MESSAGE.lengthBytes + MESSAGE.length, frame.length, LITTLE_ENDIAN);
    this.#setVectorLength(index, frame.length);
  }

  /** The headers from a place on. */
  headersFrom(index: number): Uint8Array {
    return this.headers.subarray(index * MESSAGE.lengthBytes);
  }

  /** A frame in its place, good until the ring is used again. */
  lent(index: number): Uint8Array {
    const lengthBytes = Math.min(
      this.#headers.getUint32(index * MESSAGE.lengthBytes + MESSAGE.length, LITTLE_ENDIAN),
      this.#frameBytes,
    );
    const last = this.#views[index];
    if (last?.length === lengthBytes) return last;
    const start = index * this.#frameBytes;
    const view = this.#frames.subarray(start, start + lengthBytes);
    this.#views[index] = view;
    return view;
  }

  isTruncated(index: number): boolean {
    return (this.#headers.getInt32(index * MESSAGE.lengthBytes + MESSAGE.flags, LITTLE_ENDIAN) & MSG_TRUNC) !== 0;
  }

  /** The data of a control message; undefined for a frame without one of this kind. */
  control(index: number, level: number, type: number): DataView | undefined {
    const at = this.#controlAt(index, level, type);
    const start = index * CONTROL_BYTES + at;
    return at < 0 ? undefined : new DataView(this.#controls.buffer, start, CONTROL_BYTES - at);
  }

  /** The first four bytes of that data, 0 for none; without an object for each frame. */
  controlWord(index: number, level: number, type: number): number {
    const at = this.#controlAt(index, level, type);
    return at < 0 ? 0 : this.#controls.getUint32(index * CONTROL_BYTES + at, LITTLE_ENDIAN);
  }

  /** Where the data begins, -1 for nowhere. */
  #controlAt(index: number, level: number, type: number): number {
    const bytes = this.#headers.getUint32(index * MESSAGE.lengthBytes + MESSAGE.controlBytes, LITTLE_ENDIAN);
    const view = this.#controls;
    const start = index * CONTROL_BYTES;
    for (let offset = 0; offset + CONTROL.data <= Math.min(bytes, CONTROL_BYTES);) {
      const length = view.getUint32(start + offset + CONTROL.length, LITTLE_ENDIAN);
      if (length < CONTROL.data || offset + length > CONTROL_BYTES) return -1;
      const isWanted =
        view.getInt32(start + offset + CONTROL.level, LITTLE_ENDIAN) === level &&
        view.getInt32(start + offset + CONTROL.type, LITTLE_ENDIAN) === type;
      if (isWanted) return offset + CONTROL.data;
      offset += Math.ceil(length / CONTROL.alignment) * CONTROL.alignment;
    }
    return -1;
  }

  #layOutToReceive(): void {
    const controls = this.#controlBytes === 0 ? 0n : addressOf(viewed(this.#controls));
    for (let index = 0; index < this.count; index += 1) {
      const header = index * MESSAGE.lengthBytes;
      const control = this.#controlBytes === 0 ? 0n : controls + BigInt(index * this.#controlBytes);
      this.#headers.setBigUint64(header + MESSAGE.control, control, LITTLE_ENDIAN);
      this.#setVectorLength(index, this.#frameBytes);
    }
    this.#written = this.#controlBytes === 0 ? 0 : this.count;
    this.#isLaidOut = true;
  }

  #setVectorLength(index: number, length: number): void {
    // The upper half is zero.
    this.#vectors.setUint32(index * VECTOR.lengthBytes + VECTOR.length, length, LITTLE_ENDIAN);
  }
}

const viewed = ({ buffer, byteLength }: DataView): Uint8Array => new Uint8Array(buffer, 0, byteLength);
