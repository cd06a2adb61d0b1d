import { isProto41Error } from '../../errors.ts';
import type { AfPacketWire } from '../../wire/interface/afpacket-wire.ts';
import type { PortName } from '../../wire/wire.ts';

/** Collects the frames that one batch of received frames causes, and sends them with one system call for each port. */
export class Outbox {
  readonly #wires = new Map<PortName, AfPacketWire>();
  readonly #waiting = new Map<PortName, Uint8Array[]>();

  attach(wire: AfPacketWire): void {
    this.#wires.set(wire.port, wire);
  }

  put(port: PortName, frame: Uint8Array): void {
    // After the code that runs now, which may be at the first frame of many.
    if (this.#waiting.size === 0) queueMicrotask(() => this.#flush());
    const frames = this.#waiting.get(port);
    if (frames === undefined) this.#waiting.set(port, [frame.slice()]);
    else frames.push(frame.slice());
  }

  #flush(): void {
    const batches = [...this.#waiting];
    this.#waiting.clear();
    for (const [port, frames] of batches) {
      try {
        this.#wires.get(port)?.sendAll(frames);
      } catch (error) {
        // A link that is down loses what is sent, as everywhere.
        if (!isProto41Error(error) || error.code !== 'WIRE_LINK_DOWN') throw error;
      }
    }
  }
}
