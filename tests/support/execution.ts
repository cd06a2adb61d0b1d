/** Runs one piece of test code so that no way of failing is lost: what it throws, when it hangs, what it leaves behind. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';

export class StepTimeoutError extends Error {
  override name = 'StepTimeoutError';

  constructor(timeoutMs: number) {
    super(`expected to settle within ${timeoutMs} ms, still pending`);
    this.stack = `${this.name}: ${this.message}`;
  }
}

interface ActiveStep {
  fail(error: Error): void;
}

let activeStep: ActiveStep | undefined;
let orphans: Error[] = [];

/** Charges an error that no call returned (an unhandled rejection, an uncaught exception) to the step that is running. */
export function reportStray(error: Error): void {
  if (activeStep === undefined) orphans.push(error);
  else activeStep.fail(error);
}

/** Whether test code (a test, a hook, the import of a file) is being run at this moment. */
export function isStepRunning(): boolean {
  return activeStep !== undefined;
}

/** Strays that arrived while no step was running, since the last call. */
export function takeOrphans(): readonly Error[] {
  const taken = orphans;
  orphans = [];
  return taken;
}

/**
 * Runs `step` and returns everything that went wrong in it; an empty list is success. Never rejects.
 *
 * @param timeoutMs the step is given up after this long; its late errors are then no longer reported
 */
export async function runStep(step: () => unknown, timeoutMs: number): Promise<readonly Error[]> {
  const errors: Error[] = [];
  const fail = (error: Error): void => {
    if (!errors.includes(error)) errors.push(error);
  };

  await new Promise<void>((resolve) => {
    // The timer also keeps the event loop alive: a promise that nothing will settle would else end the process.
    const timer = setTimeout(() => interrupt(new StepTimeoutError(timeoutMs)), timeoutMs);
    const finish = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const interrupt = (error: Error): void => {
      fail(error);
      finish();
    };
    activeStep = { fail: interrupt };
    settle(step).then(finish, (thrown: unknown) => interrupt(toError(thrown)));
  });

  // Node reports unhandled rejections when the microtasks have run dry: give those of this step the time to appear.
  await nextTurn();
  activeStep = undefined;
  return [...errors];
}

/** Turns a synchronous throw into a rejection. */
async function settle(step: () => unknown): Promise<void> {
  await step();
}

/** Makes an Error of whatever was thrown. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(`expected an Error to be thrown, got ${inspect(thrown)}`);
}
