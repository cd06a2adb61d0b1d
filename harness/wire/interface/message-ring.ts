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
const CONTROL_BYTES = 128;
const MSG_TRUNC = 0x20;

const LITTLE_ENDIAN = true;

/** One control message of a received frame. */
export interface ControlMessage {
  readonly level: number;
  readonly type: number;
  readonly data: DataView;
}

/** Room for a batch of frames. */
export class MessageRing {
  readonly count: number;
  readonly #frameBytes: number;
  readonly #headers: DataView;
  readonly #vectors: DataView;
  readonly #frames: Uint8Array;
  readonly #controls: Uint8Array;

  constructor(count: number, frameBytes: number) {
    this.count = count;
    this.#frameBytes = frameBytes;
    this.#frames = new Uint8Array(count * frameBytes);
    this.#controls = new Uint8Array(count * CONTROL_BYTES);
    this.#headers = new DataView(new ArrayBuffer(count * MESSAGE.lengthBytes));
    this.#vectors = new DataView(new ArrayBuffer(count * VECTOR.lengthBytes));
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

  /** The headers as system calls take them. */
  get headers(): Uint8Array {
    return viewed(this.#headers);
  }

  /** Makes the whole ring ready to receive. */
  prepareToReceive(): void {
    const controls = addressOf(this.#controls);
    for (let index = 0; index < this.count; index += 1) {
      const header = index * MESSAGE.lengthBytes;
      this.#headers.setBigUint64(header + MESSAGE.control, controls + BigInt(index * CONTROL_BYTES), LITTLE_ENDIAN);
      this.#headers.setBigUint64(header + MESSAGE.controlBytes, BigInt(CONTROL_BYTES), LITTLE_ENDIAN);
      this.#headers.setInt32(header + MESSAGE.flags, 0, LITTLE_ENDIAN);
      this.#setVectorLength(index, this.#frameBytes);
    }
  }

  /** Copies frames in, from `first` on, and returns how many there was room for. */
  load(frames: readonly Uint8Array[], first: number): number {
    const loaded = Math.min(this.count, frames.length - first);
    for (let index = 0; index < loaded; index += 1) {
      const frame = frames[first + index] ?? new Uint8Array(0);
      this.#frames.set(frame, index * this.#frameBytes);
      this.#setVectorLength(index, frame.length);
    }
    return loaded;
  }

  /** A copy of a received frame. */
  frame(index: number): Uint8Array {
    const start = index * this.#frameBytes;
    const length = this.#headers.getUint32(index * MESSAGE.lengthBytes + MESSAGE.length, LITTLE_ENDIAN);
    return this.#frames.slice(start, start + Math.min(length, this.#frameBytes));
  }

  isTruncated(index: number): boolean {
    return (this.#headers.getInt32(index * MESSAGE.lengthBytes + MESSAGE.flags, LITTLE_ENDIAN) & MSG_TRUNC) !== 0;
  }

  *controlMessages(index: number): Generator<ControlMessage> {
    const header = index * MESSAGE.lengthBytes;
    const bytes = Number(this.#headers.getBigUint64(header + MESSAGE.controlBytes, LITTLE_ENDIAN));
    const view = new DataView(this.#controls.buffer, index * CONTROL_BYTES, CONTROL_BYTES);
    for (let offset = 0; offset + CONTROL.data <= Math.min(bytes, CONTROL_BYTES);) {
      const length = Number(view.getBigUint64(offset + CONTROL.length, LITTLE_ENDIAN));
      if (length < CONTROL.data || offset + length > CONTROL_BYTES) return;
      const data = index * CONTROL_BYTES + offset + CONTROL.data;
      yield {
        level: view.getInt32(offset + CONTROL.level, LITTLE_ENDIAN),
        type: view.getInt32(offset + CONTROL.type, LITTLE_ENDIAN),
        data: new DataView(this.#controls.buffer, data, length - CONTROL.data),
      };
      offset += Math.ceil(length / CONTROL.alignment) * CONTROL.alignment;
    }
  }

  #setVectorLength(index: number, length: number): void {
    this.#vectors.setBigUint64(index * VECTOR.lengthBytes + VECTOR.length, BigInt(length), LITTLE_ENDIAN);
  }
}

const viewed = ({ buffer, byteLength }: DataView): Uint8Array => new Uint8Array(buffer, 0, byteLength);
