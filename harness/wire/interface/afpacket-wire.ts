import { WireError } from '../wire-error.ts';
import type { PortName } from '../wire.ts';
import { GatheringWatch, type Found } from './gathering-watch.ts';
import type { InterfaceWire, InterfaceWireOptions } from './interface-wire.ts';
import { linkProblem } from './link-probe.ts';
import {
  lostFrames,
  MAXIMUM_FRAME_BYTES,
  MINIMUM_FRAME_BYTES,
  PacketSocket,
  type PacketSocketOptions,
  type PacketStatistics,
} from './packet-socket.ts';
import { hasErrorName, watchReadable, type ReadableWatch } from './system-calls.ts';
import { WireEvents } from './wire-events.ts';

/** Batches read before the event loop has its turn: a flood must not starve timers. */
const BATCHES_PER_TURN = 8;
/** Frames of one turn from which on it pays to let more gather, unless so many came at once that more will be there already. */
const FRAMES_WORTH_A_REST = 16;
const FRAMES_WITHOUT_REST = 128;
/** How long frames wait that the kernel had no room for. */
const RETRY_MS = 1;
const NO_FRAME = new Uint8Array(0);

export interface AfPacketWireOptions
  extends InterfaceWireOptions, Pick<PacketSocketOptions, 'receiveBufferBytes' | 'batchFrames' | 'lendsFrames'> {
  /** Frames that were lost unread end the wire, unless this says that they are only counted. */
  readonly tolerateLoss?: boolean;
  /**
   * While frames come in numbers, this thread rests so long between two looks at them, and is not woken for each. It does nothing else
   * meanwhile. 0 unless given.
   */
  readonly restMs?: number;
  /** Called after every batch of frames that was handed over, before there is a look whether more have come. */
  readonly onBatch?: () => void;
}

/**
 * A wire through a packet socket of the kernel. A link that goes down is a problem, not the end: frames pass again when it is
 * up. An interface that vanishes ends the wire.
 */
export class AfPacketWire extends WireEvents implements InterfaceWire {
  readonly port: PortName;
  readonly #socket: PacketSocket;
  readonly #watch: Pick<ReadableWatch, 'restart' | 'close'>;
  readonly #tolerateLoss: boolean;
  readonly #rests: boolean;
  readonly #onBatch: (() => void) | undefined;
  readonly #take = (frame: Uint8Array, timestampNs: bigint): void => {
    if (this.#end === undefined) this.frames.emit(frame, timestampNs);
  };
  #waiting: Uint8Array[] = [];
  #retry: NodeJS.Timeout | undefined;
  #end: { readonly reason: Error | undefined } | undefined;
  #linkDown = false;

  /** Opens the socket in the network namespace that the thread is in at this moment. Throws WireError. */
  constructor(options: AfPacketWireOptions) {
    super();
    this.port = options.port;
    this.#tolerateLoss = options.tolerateLoss ?? false;
    this.#onBatch = options.onBatch;
    this.#socket = new PacketSocket(options);
    const { fd } = this.#socket;
    const { restMs = 0 } = options;
    this.#rests = restMs > 0;
    const read = (): Found => this.#read();
    this.#watch = this.#rests ? new GatheringWatch(fd, read, restMs) : watchReadable(fd, () => void read());
  }

  send(frame: Uint8Array): void {
    this.#checkOpen();
    checkLength(frame);
    // What waits goes first: frames keep their order.
    if (this.#waiting.length > 0) this.#waiting.push(frame.slice());
    else if (!this.#attempt(frame, () => this.#socket.send(frame))) this.#wait([frame.slice()]);
  }

  /** Sends many frames with few system calls, in their order. */
  sendAll(frames: readonly Uint8Array[]): void {
    this.#checkOpen();
    frames.forEach(checkLength);
    if (this.#waiting.length > 0) {
      this.#waiting.push(...frames.map((frame) => frame.slice()));
      return;
    }
    const [first] = frames;
    if (first === undefined) return;
    const sent = this.#attempt(first, () => this.#socket.sendAll(frames));
    if (sent < frames.length) this.#wait(frames.slice(sent).map((frame) => frame.slice()));
  }

  /** Copies a frame to those that the next `flush` sends, or sends them when there are many. Not to be mixed with `send` and `sendAll`. */
  queue(frame: Uint8Array): void {
    this.#checkOpen();
    checkLength(frame);
    if (this.#waiting.length > 0) this.#waiting.push(frame.slice());
    else if (!this.#socket.queue(frame)) {
      this.flush();
      this.queue(frame);
    }
  }

  /** Sends what was queued, with one system call. */
  flush(): void {
    this.#checkOpen();
    const left = this.#attempt(NO_FRAME, () => this.#socket.flush());
    if (left.length > 0) this.#wait(left);
  }

  statistics(): PacketStatistics {
    this.#checkOpen();
    return this.#socket.statistics();
  }

  fail(reason: Error): void {
    this.#finish(reason);
  }

  /** Sends what waits as far as the kernel takes it at once, and ends the wire. */
  async close(): Promise<void> {
    if (this.#end === undefined && this.#waiting.length > 0) this.#socket.sendAll(this.#waiting);
    this.#finish(undefined);
  }

  #read(): Found {
    try {
      const found = this.#readBatches();
      if (this.#end === undefined && !this.#tolerateLoss) this.#checkLoss();
      return found;
    } catch (error) {
      this.#receiveFailed(error);
      return 'little';
    }
  }

  /** Asks until there is nothing left: more has come meanwhile, as a rule, and the event loop costs more than a call. */
  #readBatches(): Found {
    let frames = 0;
    for (let batch = 0; batch < BATCHES_PER_TURN && this.#end === undefined; batch += 1) {
      const count = this.#socket.receive(this.#take);
      frames += count;
      if (count > 0) {
        this.#linkDown = false;
        this.#onBatch?.();
      }
      const isMuch = frames >= FRAMES_WORTH_A_REST;
      if (count === 0 || (this.#rests && isMuch && count < FRAMES_WITHOUT_REST)) return isMuch ? 'much' : 'little';
    }
    return 'much and more';
  }

  #checkLoss(): void {
    const { dropped } = this.#socket.statistics();
    if (dropped > 0) throw lostFrames(`${dropped} frames on port ${this.port} found no room in the queue`);
  }

  #receiveFailed(error: unknown): void {
    if (!hasErrorName(error, 'ENETDOWN')) {
      this.#finish(error instanceof WireError ? error : this.#broken(error));
      return;
    }
    if (this.#socket.linkState() === 'gone') {
      this.#finish(this.#linkProblem('gone', error));
      return;
    }
    if (!this.#linkDown) this.problems.emit(this.#linkProblem('down', error));
    this.#linkDown = true;
    // The error has ended the watch; frames come again when the link is up.
    this.#watch.restart();
  }

  /** What the kernel refuses for good is an error of the caller, or the end of the wire. */
  #attempt<Result>(frame: Uint8Array, send: () => Result): Result {
    try {
      return send();
    } catch (error) {
      if (hasErrorName(error, 'EMSGSIZE')) {
        const { interfaceName } = this.#socket;
        throw new RangeError(
          `expected frames that fit the MTU of ${interfaceName}, found one of ${frame.length} bytes or a later one longer`,
          { cause: error },
        );
      }
      if (!hasErrorName(error, 'ENETDOWN', 'ENXIO', 'ENODEV')) throw this.#broken(error);
      if (this.#socket.linkState() !== 'gone') throw this.#linkProblem('down', error);
      const gone = this.#linkProblem('gone', error);
      this.#finish(gone);
      throw gone;
    }
  }

  #wait(frames: Uint8Array[]): void {
    this.#waiting = frames;
    this.#retry = setTimeout(() => {
      this.#sendWaiting();
    }, RETRY_MS);
  }

  #sendWaiting(): void {
    const frames = this.#waiting;
    this.#waiting = [];
    const [first] = frames;
    if (this.#end !== undefined || first === undefined) return;
    try {
      const sent = this.#attempt(first, () => this.#socket.sendAll(frames));
      if (sent < frames.length) this.#wait(frames.slice(sent));
    } catch (error) {
      // Whoever sent these frames has gone on: only the end of the wire can tell.
      this.#finish(error instanceof Error ? error : this.#broken(error));
    }
  }

  #checkOpen(): void {
    if (this.#end === undefined) return;
    const { reason } = this.#end;
    throw new WireError('WIRE_CLOSED', `expected an open wire on port ${this.port}, found it closed`, reason);
  }

  #broken(cause: unknown): WireError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new WireError('WIRE_FAILED', `the wire on port ${this.port} broke: ${reason}`, cause);
  }

  #linkProblem(state: 'down' | 'gone', cause: unknown): WireError {
    return linkProblem(state, { port: this.port, interfaceName: this.#socket.interfaceName }, cause);
  }

  #finish(reason: Error | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    clearTimeout(this.#retry);
    this.#waiting = [];
    this.#watch.close();
    this.#socket.close();
    this.closed.emit(reason);
  }
}

const checkLength = ({ length }: Uint8Array): void => {
  if (length < MINIMUM_FRAME_BYTES || length > MAXIMUM_FRAME_BYTES) {
    throw new RangeError(`expected a frame of ${MINIMUM_FRAME_BYTES} to ${MAXIMUM_FRAME_BYTES} bytes, found ${length}`);
  }
};
