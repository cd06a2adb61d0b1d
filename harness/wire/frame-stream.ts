/** Bytes of the length field before each frame. */
export const LENGTH_FIELD_BYTES = 4;
/** The largest frame that QEMU's net layer can hold (NET_BUFSIZE: 64 KiB and a page). */
export const MAXIMUM_FRAME_BYTES = 69_632;

/** The stream said that a frame follows which cannot exist: what comes after cannot be cut into frames any more. */
export interface FrameStreamFault {
  /** Where in the stream the offending length field starts, counted from its first byte. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** One frame as QEMU's `-netdev stream` carries it: its length as four bytes, big endian, and its bytes. */
export const encodeStreamFrame = (frame: Uint8Array): Uint8Array => {
  const encoded = new Uint8Array(LENGTH_FIELD_BYTES + frame.byteLength);
  new DataView(encoded.buffer).setUint32(0, frame.byteLength);
  encoded.set(frame, LENGTH_FIELD_BYTES);
  return encoded;
};

/** Cuts a byte stream into frames, however the bytes arrive: half a length field, many frames at once. */
export class FrameStreamDecoder {
  readonly #onFrame: (frame: Uint8Array) => void;
  readonly #maximumBytes: number;
  readonly #lengthField = new Uint8Array(LENGTH_FIELD_BYTES);
  #lengthFilled = 0;
  #frame: Uint8Array | undefined;
  #frameFilled = 0;
  #consumedBytes = 0;
  #fault: FrameStreamFault | undefined;

  constructor(onFrame: (frame: Uint8Array) => void, maximumBytes: number = MAXIMUM_FRAME_BYTES) {
    this.#onFrame = onFrame;
    this.#maximumBytes = maximumBytes;
  }

  /** Whether the stream would end inside a frame if it ended now. */
  get isInsideFrame(): boolean {
    return this.#lengthFilled > 0;
  }

  /** Takes the next bytes; returns a fault as soon as a length field cannot be true, and reads nothing more after it. */
  push(bytes: Uint8Array): FrameStreamFault | undefined {
    let position = 0;
    while (this.#fault === undefined && position < bytes.byteLength) {
      position +=
        this.#frame === undefined ? this.#readLength(bytes, position) : this.#readFrame(this.#frame, bytes, position);
    }
    return this.#fault;
  }

  #readLength(bytes: Uint8Array, position: number): number {
    const taken = Math.min(LENGTH_FIELD_BYTES - this.#lengthFilled, bytes.byteLength - position);
    this.#lengthField.set(bytes.subarray(position, position + taken), this.#lengthFilled);
    this.#lengthFilled += taken;
    this.#consumedBytes += taken;
    if (this.#lengthFilled < LENGTH_FIELD_BYTES) return taken;
    const lengthBytes = new DataView(this.#lengthField.buffer).getUint32(0);
    if (lengthBytes === 0 || lengthBytes > this.#maximumBytes) {
      this.#fault = { offsetBytes: this.#consumedBytes - LENGTH_FIELD_BYTES, lengthBytes };
    } else {
      this.#frame = new Uint8Array(lengthBytes);
      this.#frameFilled = 0;
    }
    return taken;
  }

  #readFrame(frame: Uint8Array, bytes: Uint8Array, position: number): number {
    const taken = Math.min(frame.byteLength - this.#frameFilled, bytes.byteLength - position);
    frame.set(bytes.subarray(position, position + taken), this.#frameFilled);
    this.#frameFilled += taken;
    this.#consumedBytes += taken;
    if (this.#frameFilled === frame.byteLength) {
      this.#frame = undefined;
      this.#lengthFilled = 0;
      this.#onFrame(frame);
    }
    return taken;
  }
}
