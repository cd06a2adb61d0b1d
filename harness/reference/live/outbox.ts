import { isProto41Error } from '../../errors.ts';
import type { AfPacketWire } from '../../wire/interface/afpacket-wire.ts';
import type { PortName } from '../../wire/wire.ts';

/** Collects the frames that one batch of received frames causes, and sends them with few system calls for each port. */
export class Outbox {
  readonly #wires = new Map<PortName, AfPacketWire>();
  #hasFrames = false;

  attach(wire: AfPacketWire): void {
    this.#wires.set(wire.port, wire);
  }

  /** Copies the frame. */
  put(port: PortName, frame: Uint8Array): void {
    // After the code that runs now, which may be at the first frame of many.
    if (!this.#hasFrames) queueMicrotask(() => this.#flush());
    this.#hasFrames = true;
    const wire = this.#wires.get(port);
    if (wire !== undefined) unlessDown(() => wire.queue(frame));
  }

  #flush(): void {
    this.#hasFrames = false;
    for (const wire of this.#wires.values()) unlessDown(() => wire.flush());
  }
}

/** A link that is down loses what is sent, as everywhere. */
const unlessDown = (send: () => void): void => {
  try {
    send();
  } catch (error) {
    if (!isProto41Error(error) || error.code !== 'WIRE_LINK_DOWN') throw error;
  }
};
