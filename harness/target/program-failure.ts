import type { TargetSetup } from './setup.ts';
import { TargetDownError, TargetError } from './target-error.ts';

/** What a target exits with when it cannot do what it was asked for (docs/targets.md). */
export const NOT_SUPPORTED = 127;

/**
 * A program of a target ended with neither 0 nor {@link NOT_SUPPORTED}.
 *
 * @param found how it ended
 * @param output what it wrote
 */
export const programFailure = (
  program: 'up' | 'stats',
  { profile }: TargetSetup,
  found: string,
  output: string,
): TargetError =>
  new TargetError(
    `expected ${program} of the target to exit with 0 or ${String(NOT_SUPPORTED)} for ${profile}, found ${found}:\n${output}`,
  );

/** `down` did not end with 0. @param upError why the target was taken down again, where `up` failed half way */
export const downFailure = (
  upError: TargetError | undefined,
  { profile }: TargetSetup,
  found: string,
  output: string,
): TargetDownError =>
  new TargetDownError(
    `${upError === undefined ? '' : `${upError.message}\nand then `}expected down of the target to exit with 0 after ${profile}, found ${found}:\n${output}`,
  );

/** Why a set-up is not supported: what the target says of it. */
export const unsupportedReason = (stderr: string, { profile }: TargetSetup): string =>
  stderr || `the target does not support ${profile}`;
