import { Proto41Error } from '../errors.ts';

export type WireErrorCode = 'WIRE_CLOSED' | 'WIRE_FAILED';

/** A frame could not be handed to a wire, or a wire ended on its own: the DUT or its node is gone. */
export class WireError extends Proto41Error {
  constructor(code: WireErrorCode, message: string, cause?: unknown) {
    super(message, { code, exitCode: 3, ...(cause === undefined ? {} : { cause }) });
  }
}
