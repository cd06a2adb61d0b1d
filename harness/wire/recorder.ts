import { copyOf } from '../packet/arena.ts';
import { LinkType, memorySink, writeCapture, writeCaptureFile } from '../capture/index.ts';
import type { CaptureContents, CaptureDirection } from '../capture/index.ts';
import { Listeners } from './listeners.ts';
import { PORT_NAMES } from './wire.ts';
import type { PortName, Wire } from './wire.ts';
import { wrapWire, type WrappedWire } from './wrap.ts';

const PORT_DESCRIPTIONS: Readonly<Record<PortName, string>> = { P: 'pods', U: 'underlay', U2: 'second underlay' };

export interface RecordedFrame {
  /** Counted over all ports from 1, and never given twice; see {@link numberInSlice} for the number in an evidence file. */
  readonly number: number;
  readonly port: PortName;
  /** As seen from the DUT: `inbound` was sent by the tester, `outbound` by the DUT. */
  readonly direction: CaptureDirection;
  readonly timestampNs: bigint;
  /** The recorder's own copy. */
  readonly bytes: Uint8Array;
  /** What the evidence file says beside this frame. */
  readonly comments: string[];
}

/** A place between two recorded frames. */
export interface RecorderMark {
  /** The number that the next frame was going to get. */
  readonly nextNumber: number;
}

/** Keeps every frame of every recorded wire, in the order in which the tester saw them. */
export class Recorder {
  readonly #ports = new Set<PortName>();
  readonly #added = new Listeners<[RecordedFrame]>();
  #frames: RecordedFrame[] = [];
  #nextNumber = 1;

  /** What is kept: everything, unless {@link discardBefore} was called. */
  get frames(): readonly RecordedFrame[] {
    return this.#frames;
  }

  /** Makes the port an interface of every evidence file, even if no frame ever passes it. */
  addPort(port: PortName): void {
    this.#ports.add(port);
  }

  /** Copies the bytes. */
  add(frame: Omit<RecordedFrame, 'number' | 'comments'>): RecordedFrame {
    const { port, direction, timestampNs } = frame;
    const bytes = copyOf(frame.bytes);
    const recorded = { number: this.#nextNumber++, port, direction, timestampNs, bytes, comments: [] };
    this.#ports.add(port);
    this.#frames.push(recorded);
    this.#added.emit(recorded);
    return recorded;
  }

  /** Called once for each frame, of all ports, before the frame goes on its way. */
  onRecorded(listener: (frame: RecordedFrame) => void): () => void {
    return this.#added.add(listener);
  }

  mark(): RecorderMark {
    return { nextNumber: this.#nextNumber };
  }

  /** The frames between two marks, or from a mark until now. */
  since(from: RecorderMark, to: RecorderMark = this.mark()): RecordedFrame[] {
    return this.#frames.slice(this.#position(from.nextNumber), this.#position(to.nextNumber));
  }

  /** The frame with this number; undefined if there is none or it was discarded. */
  frame(number: number): RecordedFrame | undefined {
    const found = this.#frames[this.#position(number)];
    return found?.number === number ? found : undefined;
  }

  /** Adds a comment to a frame, unless it is there already. Throws RangeError for a frame that is not kept. */
  annotate(number: number, comment: string): void {
    const frame = this.frame(number);
    if (frame === undefined) throw new RangeError(`expected the number of a frame that is kept, found ${number}`);
    if (!frame.comments.includes(comment)) frame.comments.push(comment);
  }

  /** Lets go of the frames before the mark, so that a long run does not keep all it has seen. Numbers go on. */
  discardBefore(mark: RecorderMark): void {
    this.#frames = this.#frames.slice(this.#position(mark.nextNumber));
  }

  /** Lets go of the frames between two marks. The others keep their numbers. */
  discard(from: RecorderMark, to: RecorderMark): void {
    const start = this.#position(from.nextNumber);
    this.#frames.splice(start, this.#position(to.nextNumber) - start);
  }

  /** Writes frames as pcapng, one interface for each recorded port, with the comments as comments of the file. */
  async writeFile(
    path: string,
    frames: readonly RecordedFrame[] = this.#frames,
    comments: readonly string[] = [],
  ): Promise<void> {
    await writeCaptureFile(path, this.#contents(frames, comments));
  }

  /** The same file as bytes. */
  encode(frames: readonly RecordedFrame[] = this.#frames, comments: readonly string[] = []): Uint8Array {
    const sink = memorySink();
    writeCapture(sink, this.#contents(frames, comments));
    return sink.bytes();
  }

  #contents(frames: readonly RecordedFrame[], comments: readonly string[]): CaptureContents {
    const ports = PORT_NAMES.filter((port) => this.#ports.has(port));
    return {
      section: { comments },
      interfaces: ports.map((name) => ({ name, description: PORT_DESCRIPTIONS[name], linkType: LinkType.ETHERNET })),
      frames: frames.map((frame) => ({ ...frame, interfaceIndex: ports.indexOf(frame.port) })),
    };
  }

  /** Position of the first kept frame with this number or a higher one. */
  #position(number: number): number {
    const frames = this.#frames;
    // As long as nothing was discarded in between, the position follows from the number.
    const direct = number - (frames[0]?.number ?? number);
    if (direct <= 0) return 0;
    if (frames[direct]?.number === number) return direct;
    let low = 0;
    let high = frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((frames[middle]?.number ?? number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The number that Wireshark shows for the frame in the file of this slice; undefined if the slice does not hold it. */
export function numberInSlice(frames: readonly Pick<RecordedFrame, 'number'>[], number: number): number | undefined {
  const position = frames.findIndex((frame) => frame.number === number);
  return position === -1 ? undefined : position + 1;
}

/** A wire whose frames are recorded. */
export interface RecordedWire extends WrappedWire {
  /** Records the frame, then sends it. A frame that the wire refused stays in the record, with a comment that says so. */
  send(frame: Uint8Array): RecordedFrame;
}

/** Records everything that passes the wire from now on until it is detached, whether or not anybody listens. */
export function recordWire(wire: Wire, recorder: Recorder): RecordedWire {
  const { port } = wire;
  recorder.addPort(port);
  const wrapped = wrapWire(wire, {
    receive: (frame, timestampNs, forward) => {
      recorder.add({ port, direction: 'outbound', timestampNs, bytes: frame });
      forward(frame, timestampNs);
    },
  });
  const send = (frame: Uint8Array): RecordedFrame => {
    // Recorded first: where delivery is synchronous, the answer arrives before send returns.
    const recorded = recorder.add({ port, direction: 'inbound', timestampNs: wire.now(), bytes: frame });
    try {
      wire.send(frame);
    } catch (error) {
      recorded.comments.push(`not sent: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
    return recorded;
  };
  return { ...wrapped, send };
}
