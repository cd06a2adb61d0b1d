/** The suites that the file being imported has declared, so that one that never runs is noticed. */

import { DEFAULT_TIMEOUT_MS, type Outcome } from './outcome.ts';

export interface DeclaredSuite {
  readonly name: string;
  /** Undefined until `test.run()` is called; filled while uvu runs the suite. */
  readonly outcome: Outcome | undefined;
  /** How many tests were registered, skipped ones included. */
  readonly size: number;
}

let declared: DeclaredSuite[] = [];
let collecting = false;
let defaultTimeoutMs = DEFAULT_TIMEOUT_MS;

/** Called by the runner: from here on suites may be declared and run. */
export function startCollecting(timeoutMs: number): void {
  collecting = true;
  defaultTimeoutMs = timeoutMs;
}

/** Whether a runner is there that will run what is declared; without one a test file would silently do nothing. */
export function isCollecting(): boolean {
  return collecting;
}

/** The time limit of tests and hooks that name none. */
export function currentTimeoutMs(): number {
  return defaultTimeoutMs;
}

export function declareSuite(suite: DeclaredSuite): void {
  declared.push(suite);
}

/** The suites declared since the last call. */
export function takeDeclaredSuites(): readonly DeclaredSuite[] {
  const taken = declared;
  declared = [];
  return taken;
}
