import { Proto41Error } from '../errors.ts';

export type WireErrorCode =
  | 'WIRE_CLOSED'
  | 'WIRE_FAILED'
  /** The network interface is down; frames pass again when it is up. */
  | 'WIRE_LINK_DOWN'
  /** The network interface does not exist, or does not exist any more. */
  | 'WIRE_INTERFACE_GONE'
  /** Frames arrived faster than they were read, so that nothing can be said about what did not arrive. */
  | 'WIRE_FRAMES_LOST'
  /** This machine cannot open such a wire: a missing right, or a package that was not built. */
  | 'WIRE_UNAVAILABLE';

/** A frame could not be handed to a wire, or a wire ended on its own: the DUT or its node is gone. */
export class WireError extends Proto41Error {
  constructor(code: WireErrorCode, message: string, cause?: unknown) {
    super(message, { code, exitCode: 3, ...(cause === undefined ? {} : { cause }) });
  }
}
