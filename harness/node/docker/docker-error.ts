import { Proto41Error } from '../../errors.ts';

/** A container could not be had; the message says what to do. */
export class DockerError extends Proto41Error {
  constructor(code: `NODE_DOCKER_${string}`, message: string, cause?: unknown) {
    super(message, { code, exitCode: 3, ...(cause === undefined ? {} : { cause }) });
  }
}
