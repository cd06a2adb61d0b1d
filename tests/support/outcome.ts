/** What the test runner knows about tests: the words shared by the adapter, the runner and the console. */

/** 30 s: above the slowest honest unit test, below the patience of whoever waits for a hung one. */
export const DEFAULT_TIMEOUT_MS = 30_000;

export interface Failure {
  /** The suite and the title of the test, or what failed outside of a test. */
  readonly title: string;
  readonly errors: readonly Error[];
}

export interface Skip {
  readonly title: string;
  readonly reason: string;
}

/** What the tests of one file, or of one suite in it, came to. */
export interface Outcome {
  passed: number;
  readonly failures: Failure[];
  readonly skips: Skip[];
}

export function emptyOutcome(): Outcome {
  return { passed: 0, failures: [], skips: [] };
}

/** Adds the tests of `part` to those of `whole`. */
export function addOutcome(whole: Outcome, part: Outcome): void {
  whole.passed += part.passed;
  whole.failures.push(...part.failures);
  whole.skips.push(...part.skips);
}

/** The closing line of a run; nothing is printed after it. */
export function summaryLine({ passed, failures, skips }: Outcome): string {
  return `${passed} passed, ${failures.length} failed, ${skips.length} skipped`;
}
