import { Proto41Error } from '../errors.ts';

/** A target that could not be brought up or down: it neither became ready nor said itself (exit 127) that it cannot. */
export class TargetError extends Proto41Error {
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'TARGET_FAILED', exitCode: 3, ...(cause === undefined ? {} : { cause }) });
  }
}

/** A target that could not be taken down: nobody knows what is left of it, so nothing after it could be trusted. */
export class TargetDownError extends Proto41Error {
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'TARGET_DOWN_FAILED', exitCode: 3, ...(cause === undefined ? {} : { cause }) });
  }
}

/** A target folder or manifest that cannot be used: wrong usage. */
export class ManifestError extends Proto41Error {
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'TARGET_INVALID', exitCode: 2, ...(cause === undefined ? {} : { cause }) });
  }
}
