import { copyOf } from '../packet/arena.ts';
import { Listeners } from './listeners.ts';
import { VirtualClock } from './virtual-clock.ts';
import { WireError } from './wire-error.ts';
import type { FrameListener, PortName, Wire } from './wire.ts';

/** A clock as far as a link needs it. */
export interface TimeSource {
  nowNs(): bigint;
}

export interface MemoryLinkOptions {
  readonly port: PortName;
  /** Stamps the frames; a new {@link VirtualClock} unless given. The links of one node share one. */
  readonly clock?: TimeSource;
  /**
   * `queued` (the default): a frame arrives after the running code has finished, in the order of sending over all links.
   * `synchronous`: `send` returns after the frame has arrived; two ends that answer each other without end overflow the stack.
   */
  readonly delivery?: 'queued' | 'synchronous';
}

/** A port without hardware: what is sent into one end comes out of the other, and closing one end closes both. */
export interface MemoryLink {
  readonly tester: Wire;
  /** The DUT's end: it receives what the tester sends. */
  readonly node: Wire;
  /** Ends the link as a crash would: both ends report `reason`. */
  readonly fail: (reason: Error) => void;
}

export function memoryLink(options: MemoryLinkOptions): MemoryLink {
  const { port, clock = new VirtualClock(), delivery = 'queued' } = options;
  const link = new Link(port, clock, delivery === 'queued' ? callSoon : callNow);
  const fail = (reason: Error): void => {
    link.end(reason);
  };
  return { tester: link.tester, node: link.node, fail };
}

let waiting: (() => void)[] = [];

/** One turn for all that was queued until then: a turn of its own for each frame costs more than the frame. */
function callSoon(deliver: () => void): void {
  waiting.push(deliver);
  if (waiting.length === 1) queueMicrotask(deliverWaiting);
}

function deliverWaiting(): void {
  const due = waiting;
  waiting = [];
  let next = 0;
  try {
    for (; next < due.length; next++) due[next]?.();
  } finally {
    // After one that failed, the rest still arrives.
    for (const deliver of due.slice(next + 1)) callSoon(deliver);
  }
}

function callNow(deliver: () => void): void {
  deliver();
}

class Link {
  readonly tester: MemoryEnd;
  readonly node: MemoryEnd;
  readonly port: PortName;
  readonly #clock: TimeSource;
  readonly #schedule: (deliver: () => void) => void;
  #ended = false;

  constructor(port: PortName, clock: TimeSource, schedule: (deliver: () => void) => void) {
    this.port = port;
    this.#clock = clock;
    this.#schedule = schedule;
    this.tester = new MemoryEnd(this, () => this.node);
    this.node = new MemoryEnd(this, () => this.tester);
  }

  nowNs(): bigint {
    return this.#clock.nowNs();
  }

  get ended(): boolean {
    return this.#ended;
  }

  carry(frame: Uint8Array, receiver: MemoryEnd): void {
    // Copied at the border: neither end can change what the other holds.
    const arriving = copyOf(frame);
    this.#schedule(() => {
      if (!this.#ended) receiver.frames.emit(arriving, this.nowNs());
    });
  }

  end(reason: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const side of [this.tester, this.node]) side.closed.emit(reason);
  }
}

class MemoryEnd implements Wire {
  readonly frames = new Listeners<[frame: Uint8Array, timestampNs: bigint]>();
  readonly closed = new Listeners<[reason: Error | undefined]>();
  readonly #link: Link;
  readonly #peer: () => MemoryEnd;
  #closed = false;

  constructor(link: Link, peer: () => MemoryEnd) {
    this.#link = link;
    this.#peer = peer;
  }

  get port(): PortName {
    return this.#link.port;
  }

  send(frame: Uint8Array): void {
    if (this.#closed || this.#link.ended) {
      throw new WireError('WIRE_CLOSED', `expected an open wire on port ${this.port}, found it closed`);
    }
    this.#link.carry(frame, this.#peer());
  }

  onFrame(listener: FrameListener): () => void {
    return this.frames.add(listener);
  }

  onClosed(listener: (reason: Error | undefined) => void): () => void {
    return this.closed.add(listener);
  }

  now(): bigint {
    return this.#link.nowNs();
  }

  async close(): Promise<void> {
    this.#closed = true;
    // What was sent before still arrives: it was queued before this.
    await Promise.resolve();
    this.#link.end(undefined);
  }
}
