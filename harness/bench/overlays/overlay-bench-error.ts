import { Proto41Error } from '../../errors.ts';

/** A step of the comparison that did not do what it should; what it was to measure is then not measured. */
export class OverlayBenchError extends Proto41Error {
  constructor(message: string) {
    super(message, { code: 'OVERLAY_BENCH', exitCode: 3 });
  }
}
