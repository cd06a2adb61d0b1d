/**
 * Frames where the kernel puts them for a process to read without a system call (packet(7), PACKET_RX_RING;
 * Documentation/networking/packet_mmap.rst of Linux). Version 2 of the ring: a frame can be read as soon as it is there, which version 3
 * does not promise.
 */
import { mapMemory, setSocketOption, type MappedMemory } from './system-calls.ts';
import { saysVlanTag, withVlanTag } from './vlan-tag.ts';

const SOL_PACKET = 263;
const OPTION = { receiveRing: 5, copyThreshold: 7, version: 10 } as const;
const TPACKET_V2 = 1;

/** `struct tpacket2_hdr`, at the beginning of every slot. */
const SLOT = { status: 0, length: 4, lengthHere: 8, frame: 12, tagControl: 24, tagProtocol: 26 } as const;
/** Who a slot belongs to, and whether its frame was too long for it and waits in the queue of the socket. */
const STATUS = { kernel: 0, user: 1, copied: 2 } as const;

/** Room for a frame of a link with the usual MTU; longer ones take the other way. */
const SLOT_BYTES = 2048;
const BLOCK_BYTES = 64 * 1024;
const SLOTS = 8192;
const LITTLE_ENDIAN = true;

export class PacketRing {
  readonly #memory: MappedMemory;
  readonly #view: DataView;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #takeLong: () => Uint8Array | undefined;
  /** The last view of the frame in each slot: frames in a row often have one length. */
  readonly #frames: Uint8Array[] = [];
  #next = 0;
  #isOpen = true;
  /** Frames that were too long for a slot and found no room elsewhere. */
  #lost = 0;

  /** @param takeLong takes a frame that was too long for a slot out of the queue of the socket. Throws SystemCallError. */
  constructor(fd: number, takeLong: () => Uint8Array | undefined) {
    this.#takeLong = takeLong;
    setSocketOption(fd, SOL_PACKET, OPTION.version, TPACKET_V2);
    setSocketOption(fd, SOL_PACKET, OPTION.copyThreshold, 1);
    const request = Uint32Array.of(BLOCK_BYTES, (SLOTS * SLOT_BYTES) / BLOCK_BYTES, SLOT_BYTES, SLOTS);
    setSocketOption(fd, SOL_PACKET, OPTION.receiveRing, new Uint8Array(request.buffer));
    this.#memory = mapMemory(fd, SLOTS * SLOT_BYTES);
    const { buffer } = this.#memory;
    this.#view = new DataView(buffer);
    this.#words = new Int32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  get lost(): number {
    return this.#lost;
  }

  /** Lends the frames that are there, at most so many; returns how many there were. */
  receive(onFrame: (frame: Uint8Array, timestampNs: bigint) => void, most: number): number {
    for (let count = 0; count < most; count += 1) {
      const at = this.#next * SLOT_BYTES;
      const status = Atomics.load(this.#words, at >>> 2);
      if ((status & STATUS.user) === 0) return count;
      const frame = this.#frameAt(at, status);
      if (frame !== undefined) onFrame(frame, 0n);
      // Whoever listens may have closed the wire.
      if (!this.#isOpen) return count + 1;
      Atomics.store(this.#words, at >>> 2, STATUS.kernel);
      this.#next = (this.#next + 1) % SLOTS;
    }
    return most;
  }

  /** Frames that were lent are gone after this. */
  close(): void {
    this.#isOpen = false;
    this.#memory.unmap();
  }

  #frameAt(at: number, status: number): Uint8Array | undefined {
    const length = this.#view.getUint32(at + SLOT.lengthHere, LITTLE_ENDIAN);
    const isWhole = length === this.#view.getUint32(at + SLOT.length, LITTLE_ENDIAN);
    let frame: Uint8Array | undefined;
    if (isWhole) frame = this.#shortAt(at, length);
    else if ((status & STATUS.copied) !== 0) frame = this.#takeLong();
    if (frame === undefined) this.#lost += 1;
    if (frame === undefined || !saysVlanTag(status)) return frame;
    return withVlanTag(frame, {
      status,
      tagControl: this.#view.getUint16(at + SLOT.tagControl, LITTLE_ENDIAN),
      tagProtocol: this.#view.getUint16(at + SLOT.tagProtocol, LITTLE_ENDIAN),
    });
  }

  #shortAt(at: number, length: number): Uint8Array {
    const start = at + this.#view.getUint16(at + SLOT.frame, LITTLE_ENDIAN);
    const last = this.#frames[this.#next];
    if (last?.length === length && last.byteOffset === start) return last;
    const frame = this.#bytes.subarray(start, start + length);
    this.#frames[this.#next] = frame;
    return frame;
  }
}
