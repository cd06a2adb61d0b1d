import { Listeners } from './listeners.ts';
import type { FrameListener, Wire } from './wire.ts';

/** What a middleware does with the frames of a wire. Not calling `forward` drops the frame, calling it twice doubles it. */
export interface WireMiddleware {
  /** The tester sends a frame to the DUT. */
  send?(frame: Uint8Array, forward: (frame: Uint8Array) => void): void;
  /** A frame of the DUT has arrived at the tester. */
  receive?(frame: Uint8Array, timestampNs: bigint, forward: FrameListener): void;
  /** The wire is about to be closed by the tester and can still send. */
  beforeClose?(): void;
}

/** A wire behind a middleware. */
export interface WrappedWire extends Wire {
  /** Ends the middleware's part: what arrives from now on passes neither it nor the listeners of this wire. The wire below stays open. */
  detach(): void;
}

/**
 * Puts a middleware in front of a wire. It sees every frame from now on, whether or not anybody listens to the result,
 * and each frame once, however many listen.
 */
export function wrapWire(wire: Wire, middleware: WireMiddleware): WrappedWire {
  const listeners = new Listeners<[frame: Uint8Array, timestampNs: bigint]>();
  const forwardSent = (frame: Uint8Array): void => {
    wire.send(frame);
  };
  const forwardReceived: FrameListener = (frame, timestampNs) => {
    listeners.emit(frame, timestampNs);
  };
  const detach = wire.onFrame((frame, timestampNs) => {
    if (middleware.receive) middleware.receive(frame, timestampNs, forwardReceived);
    else forwardReceived(frame, timestampNs);
  });
  return {
    port: wire.port,
    send: (frame) => {
      if (middleware.send) middleware.send(frame, forwardSent);
      else forwardSent(frame);
    },
    onFrame: (listener) => listeners.add(listener),
    onClosed: (listener) => wire.onClosed(listener),
    now: () => wire.now(),
    detach,
    close: async () => {
      middleware.beforeClose?.();
      await wire.close();
    },
  };
}
