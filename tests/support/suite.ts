/**
 * Suites of unit tests, on uvu, without its false greens: hooks that throw, things thrown that are not errors, tests that
 * never settle, suites that are never run, and rejections nobody handles all fail here.
 *
 * @example
 * const test = suite('packet/ipv4');
 * test('a header shorter than 20 bytes is reported as truncated', () => { assert.is(...); });
 * test.run();
 */

import './uvu-queue.ts';
import { suite as uvuSuite } from 'uvu';
import { runStep } from './execution.ts';
import { emptyOutcome, type Outcome } from './outcome.ts';
import { currentTimeoutMs, declareSuite, isCollecting } from './registry.ts';

export * as assert from './assert.ts';

type TestFunction = () => void | Promise<void>;

export interface TestOptions {
  /** How long the test or hook may take; 30 s unless the suite or the runner says otherwise. */
  readonly timeoutMs?: number;
}

interface Hook {
  (fn: TestFunction, options?: TestOptions): void;
  readonly each: (fn: TestFunction, options?: TestOptions) => void;
}

export interface Suite {
  (title: string, fn: TestFunction, options?: TestOptions): void;
  /** Once, before the first test; when it fails, no test of the suite runs and each counts as failed. */
  readonly before: Hook;
  /** Once, after the last test, also when something failed before. */
  readonly after: Hook;
  /** Declares a test that does not run; the reason is listed at the end of the run. */
  skip(title: string, reason: string): void;
  /** Declares a test that runs only when there is no reason to skip it. */
  skipIf(reason: string | undefined, title: string, fn: TestFunction, options?: TestOptions): void;
  /** Hands the suite to the runner; the last statement of every suite. */
  run(): void;
}

interface Step {
  readonly fn: TestFunction;
  readonly timeoutMs: number | undefined;
}

/** Declares a suite; its name is the path of what it tests, without `harness/` and the extension. */
export function suite(name: string, suiteOptions: TestOptions = {}): Suite {
  const tests: Array<Step & { title: string }> = [];
  const before: Step[] = [];
  const after: Step[] = [];
  const beforeEach: Step[] = [];
  const afterEach: Step[] = [];
  const collected = emptyOutcome();
  let outcome: Outcome | undefined;

  declareSuite({
    name,
    get outcome() {
      return outcome;
    },
    get size() {
      return tests.length + collected.skips.length;
    },
  });

  const register = (title: string, fn: TestFunction, options: TestOptions = {}): void => {
    assertOpen(`test "${title}"`);
    tests.push({ title, ...stepOf(fn, options) });
  };
  const skip = (title: string, reason: string): void => {
    assertOpen(`test "${title}"`);
    if (reason.trim() === '') throw new Error(`suite "${name}": test "${title}" is skipped without a reason; give one`);
    collected.skips.push({ title: `${name} "${title}"`, reason });
  };
  const run = (): void => {
    assertOpen('run()');
    if (!isCollecting()) {
      throw new Error(`suite "${name}" has no runner; run it with: node --import tsx tests/run.ts FILE`);
    }
    outcome = collected;
    handToUvu(collected);
  };

  return Object.assign(register, {
    before: hook('before', before, beforeEach),
    after: hook('after', after, afterEach),
    skip,
    skipIf: (reason: string | undefined, title: string, fn: TestFunction, options?: TestOptions): void => {
      if (reason === undefined) register(title, fn, options);
      else skip(title, reason);
    },
    run,
  });

  function stepOf(fn: TestFunction, { timeoutMs = suiteOptions.timeoutMs }: TestOptions): Step {
    return { fn, timeoutMs };
  }

  function hook(kind: string, once: Step[], each: Step[]): Hook {
    const into =
      (steps: Step[], label: string) =>
      (fn: TestFunction, options: TestOptions = {}) => {
        assertOpen(label);
        steps.push(stepOf(fn, options));
      };
    return Object.assign(into(once, `${kind} hook`), { each: into(each, `${kind}.each hook`) });
  }

  function assertOpen(what: string): void {
    if (outcome !== undefined) throw new Error(`suite "${name}": ${what} comes after run(), where it has no effect`);
  }

  // No handler below ever throws: uvu loses what hooks throw. It is told of a failed test by a plain Error, and the real
  // errors are kept in the outcome.
  function handToUvu(results: Outcome): void {
    const inner = uvuSuite(name);
    let ready = true;

    if (tests.length > 0) {
      inner.before(async () => {
        const errors = await runAll(before);
        ready = errors.length === 0;
        if (!ready) results.failures.push({ title: `${name} before hook`, errors });
      });
      inner.after(async () => {
        const errors = await runAll(after);
        if (errors.length > 0) results.failures.push({ title: `${name} after hook`, errors });
      });
    }
    for (const test of tests) {
      inner(test.title, async () => {
        const errors = ready ? await runTest(test) : [notRun()];
        if (errors.length === 0) {
          results.passed += 1;
          return;
        }
        results.failures.push({ title: `${name} "${test.title}"`, errors });
        throw new Error('failed');
      });
    }
    inner.run();
  }

  async function runTest(test: Step): Promise<readonly Error[]> {
    const errors = [...(await runAll(beforeEach))];
    if (errors.length === 0) errors.push(...(await runAll([test])));
    errors.push(...(await runAll(afterEach)));
    return errors;
  }
}

async function runAll(steps: readonly Step[]): Promise<readonly Error[]> {
  const errors: Error[] = [];
  for (const { fn, timeoutMs } of steps) errors.push(...(await runStep(fn, timeoutMs ?? currentTimeoutMs())));
  return errors;
}

/** Without a stack: the hook's own failure carries the one that matters. */
function notRun(): Error {
  const error = new Error('did not run, because a before hook failed');
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
