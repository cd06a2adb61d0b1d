import { isProto41Error } from '../../errors.ts';
import type { AfPacketWire } from '../../wire/interface/afpacket-wire.ts';
import type { PortName } from '../../wire/wire.ts';

/** Collects the frames that one batch of received frames causes, and sends them with few system calls for each port. */
export class Outbox {
  readonly #wires = new Map<PortName, AfPacketWire>();
  #hasFrames = false;
  readonly #flushLater = (): void => this.flush();

  attach(wire: AfPacketWire): void {
    this.#wires.set(wire.port, wire);
  }

  /** Copies the frame. */
  put(port: PortName, frame: Uint8Array): void {
    // After the code that runs now, which may be at the first frame of many.
    if (!this.#hasFrames) queueMicrotask(this.#flushLater);
    this.#hasFrames = true;
    try {
      this.#wires.get(port)?.queue(frame);
    } catch (error) {
      unlessDown(error);
    }
  }

  /** Sends what was put here, now; otherwise it goes as soon as the code that runs has ended. */
  flush(): void {
    if (!this.#hasFrames) return;
    this.#hasFrames = false;
    for (const wire of this.#wires.values()) {
      try {
        wire.flush();
      } catch (error) {
        unlessDown(error);
      }
    }
  }
}

/** A link that is down loses what is sent, as everywhere; everything else is thrown again. */
const unlessDown = (error: unknown): void => {
  if (!isProto41Error(error) || error.code !== 'WIRE_LINK_DOWN') throw error;
};
