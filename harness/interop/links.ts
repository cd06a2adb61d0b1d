import { writeCaptureFile } from '../capture/index.ts';
import { copyOf } from '../packet/arena.ts';
import type { PortName } from '../ports.ts';
import type { RecordedFrame } from '../wire/recorder.ts';
import { WireError } from '../wire/wire-error.ts';
import type { Wire } from '../wire/wire.ts';
import { SIDES, type Side } from './result.ts';

/** The two links of each node that carry the traffic between them. */
export const LINK_PORTS = ['P', 'U'] as const satisfies readonly PortName[];
export type LinkPort = (typeof LINK_PORTS)[number];

/** One frame of a pair; numbers count over all four links, as the evidence does. */
export interface LinkFrame extends RecordedFrame {
  readonly side: Side;
  readonly port: LinkPort;
}

/** The links in the order of a packet's way from the pods of N1 to those of N2, and their names in the evidence. */
const LINKS = [
  { side: 'n1', port: 'P', name: 'N1-P', description: 'pods of N1' },
  { side: 'n1', port: 'U', name: 'N1-U', description: 'underlay of N1' },
  { side: 'n2', port: 'U', name: 'N2-U', description: 'underlay of N2' },
  { side: 'n2', port: 'P', name: 'N2-P', description: 'pods of N2' },
] as const satisfies readonly { side: Side; port: LinkPort; name: string; description: string }[];

export type LinkListener = (frame: LinkFrame) => void;

/** The tester's ends of the four links. Everything that passes is kept, in the order in which the tester saw it. */
export class PairLinks {
  readonly frames: LinkFrame[] = [];
  readonly #wires: Readonly<Record<Side, ReadonlyMap<PortName, Wire>>>;
  readonly #nowNs: () => bigint;
  readonly #removals: (() => void)[] = [];
  #listener: LinkListener = () => undefined;

  constructor(wires: Readonly<Record<Side, ReadonlyMap<PortName, Wire>>>, nowNs: () => bigint) {
    this.#wires = wires;
    this.#nowNs = nowNs;
    for (const side of SIDES) {
      for (const port of LINK_PORTS) {
        const removal = wires[side].get(port)?.onFrame((bytes) => {
          this.#listener(this.#add(side, port, 'outbound', bytes));
        });
        if (removal !== undefined) this.#removals.push(removal);
      }
    }
  }

  /** Gets every frame that a node sends from now on. */
  set onFrame(listener: LinkListener) {
    this.#listener = listener;
  }

  /** Sends a frame to a node. One whose wire has ended does not get it, which is told otherwise. */
  send(side: Side, port: LinkPort, bytes: Uint8Array): void {
    const frame = this.#add(side, port, 'inbound', bytes);
    try {
      this.#wires[side].get(port)?.send(frame.bytes);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      frame.comments.push(`not sent: ${error.message}`);
    }
  }

  /** What one node got and sent. */
  ofSide(side: Side): readonly LinkFrame[] {
    return this.frames.filter((frame) => frame.side === side);
  }

  /** Number of the next frame. */
  get nextNumber(): number {
    return this.frames.length + 1;
  }

  annotate(number: number, comment: string): void {
    const frame = this.frames[number - 1];
    if (frame !== undefined && !frame.comments.includes(comment)) frame.comments.push(comment);
  }

  /** Writes all four links as one pcapng. */
  async writeFile(path: string, comments: readonly string[]): Promise<void> {
    await writeCaptureFile(path, {
      section: { comments },
      interfaces: LINKS.map(({ name, description }) => ({ name, description })),
      frames: this.frames.map((frame) => ({
        ...frame,
        interfaceIndex: LINKS.findIndex(({ side, port }) => side === frame.side && port === frame.port),
      })),
    });
  }

  /** Stops listening; the wires belong to the sessions, which go on to the next pair. */
  close(): void {
    for (const remove of this.#removals) remove();
  }

  #add(side: Side, port: LinkPort, direction: RecordedFrame['direction'], bytes: Uint8Array): LinkFrame {
    const frame: LinkFrame = {
      number: this.nextNumber,
      side,
      port,
      direction,
      timestampNs: this.#nowNs(),
      bytes: copyOf(bytes),
      comments: [],
    };
    this.frames.push(frame);
    return frame;
  }
}

export const otherSide = (side: Side): Side => (side === 'n1' ? 'n2' : 'n1');
