import type { Socket } from 'node:net';
import { encodeStreamFrame, FrameStreamDecoder, MAXIMUM_FRAME_BYTES } from './frame-stream.ts';
import { Listeners } from './listeners.ts';
import { WireError } from './wire-error.ts';
import type { FrameListener, PortName, Wire } from './wire.ts';

// Wall-clock time with the resolution of the monotonic clock: two frames of one millisecond keep their distance.
const epochOffsetNs = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
const nowNs = (): bigint => epochOffsetNs + process.hrtime.bigint();

const CLOSE_TIME_LIMIT_MS = 1_000;

/** The tester's end of a port of a virtual machine: a connected stream socket that carries length-prefixed frames. */
export class StreamSocketWire implements Wire {
  readonly port: PortName;
  readonly #socket: Socket;
  readonly #decoder: FrameStreamDecoder;
  readonly #frames = new Listeners<[frame: Uint8Array, timestampNs: bigint]>();
  readonly #closed = new Listeners<[reason: Error | undefined]>();
  #end: { readonly reason: Error | undefined } | undefined;

  /** @param socket connected; the wire owns it from now on */
  constructor(port: PortName, socket: Socket) {
    this.port = port;
    this.#socket = socket;
    this.#decoder = new FrameStreamDecoder((frame) => {
      this.#frames.emit(frame, nowNs());
    });
    socket.on('data', (bytes) => {
      this.#receive(bytes);
    });
    socket.on('error', (cause) => {
      this.#finish(new WireError('WIRE_FAILED', `the wire on port ${port} broke: ${cause.message}`, cause));
    });
    socket.on('end', () => {
      this.#finish(this.#peerClosed());
    });
    socket.on('close', () => {
      this.#finish(this.#peerClosed());
    });
  }

  /** Bytes handed to {@link send} that the peer has not taken yet; a sender of floods waits for {@link drained} meanwhile. */
  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  /** Resolves when the queue is short again, at once when it is, and when the wire has ended. */
  async drained(): Promise<void> {
    const socket = this.#socket;
    if (!socket.writableNeedDrain || this.#end !== undefined) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        socket.off('drain', settle);
        socket.off('close', settle);
        resolve();
      };
      socket.on('drain', settle);
      socket.on('close', settle);
    });
  }

  send(frame: Uint8Array): void {
    this.#socket.write(this.#encoded(frame));
  }

  sendAll(frames: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(frames.map((frame) => this.#encoded(frame))));
  }

  onFrame(listener: FrameListener): () => void {
    return this.#frames.add(listener);
  }

  onClosed(listener: (reason: Error | undefined) => void): () => void {
    return this.#closed.add(listener);
  }

  now(): bigint {
    return nowNs();
  }

  /** Sends what is queued and ends the connection; a peer that takes nothing for a second gets no more. */
  async close(): Promise<void> {
    this.#finish(undefined);
    const socket = this.#socket;
    if (socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => socket.destroy(), CLOSE_TIME_LIMIT_MS);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.destroySoon();
    });
  }

  #encoded(frame: Uint8Array): Uint8Array {
    if (this.#end !== undefined) {
      throw new WireError(
        'WIRE_CLOSED',
        `expected an open wire on port ${this.port}, found it closed`,
        this.#end.reason,
      );
    }
    if (frame.byteLength === 0 || frame.byteLength > MAXIMUM_FRAME_BYTES) {
      throw new RangeError(`expected a frame of 1 to ${MAXIMUM_FRAME_BYTES} bytes, found ${frame.byteLength}`);
    }
    return encodeStreamFrame(frame);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#end !== undefined) return;
    const fault = this.#decoder.push(bytes);
    if (fault === undefined) return;
    this.#finish(
      new WireError(
        'WIRE_FAILED',
        `expected a frame of 1 to ${MAXIMUM_FRAME_BYTES} bytes on port ${this.port}, ` +
          `found length ${fault.lengthBytes} at offset ${fault.offsetBytes} of the stream`,
      ),
    );
    this.#socket.destroy();
  }

  #peerClosed(): WireError {
    const where = this.#decoder.isInsideFrame ? 'in the middle of a frame' : 'between two frames';
    return new WireError('WIRE_FAILED', `the peer of port ${this.port} closed the connection ${where}`);
  }

  #finish(reason: Error | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    this.#closed.emit(reason);
  }
}
