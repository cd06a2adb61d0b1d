/** Imports one test file and runs the suites that it declares. */

import { pathToFileURL } from 'node:url';
import { runStep, takeOrphans } from './execution.ts';
import { addOutcome, emptyOutcome, type Outcome } from './outcome.ts';
import { currentTimeoutMs, takeDeclaredSuites } from './registry.ts';
import { withoutUvuOutput } from './uvu-output.ts';
import { resetUvuQueue, takeUvuSuites } from './uvu-queue.ts';

/** An import takes as long as ten tests may: it fetches or makes what its tests need (a kernel, an image), which is not yet there the first time. */
const IMPORT_FACTOR = 10;

/** Runs a file to its end. Whatever is wrong with it is a failure in the outcome; never rejects. */
export async function runFile(file: string): Promise<Outcome> {
  const outcome = emptyOutcome();
  const fail = (title: string, ...errors: Error[]): void => {
    outcome.failures.push({ title, errors });
  };

  resetUvuQueue();
  takeDeclaredSuites();
  const importErrors = await runStep(() => import(pathToFileURL(file).href), IMPORT_FACTOR * currentTimeoutMs());
  const uvuSuites = takeUvuSuites();
  const declared = takeDeclaredSuites();
  if (importErrors.length > 0) {
    fail('importing the file', ...importErrors);
    return outcome;
  }

  const started = declared.filter((suite) => suite.outcome !== undefined);
  if (uvuSuites.length !== started.length) {
    fail('the file', complaint('registers tests with uvu directly; declare them with suite() of suite.ts'));
    return outcome;
  }
  if (declared.length === 0) fail('the file', complaint('declares no suite; declare one with suite() of suite.ts'));
  for (const suite of declared) {
    if (suite.outcome === undefined) fail(suite.name, complaint('is never run; end it with test.run()'));
    if (suite.size === 0) fail(suite.name, complaint('has no tests'));
  }

  for (const [index, suite] of started.entries()) {
    const runSuite = uvuSuites[index];
    if (runSuite === undefined || suite.outcome === undefined) continue;
    const [, passed, , total] = await withoutUvuOutput(runSuite);
    const expected = suite.size - suite.outcome.skips.length;
    if (passed !== suite.outcome.passed || total !== expected) {
      const counted = `${suite.outcome.passed} of ${expected} tests passed by our count, ${passed} of ${total} by uvu's`;
      fail(suite.name, complaint(counted));
    }
    addOutcome(outcome, suite.outcome);
  }

  const orphans = takeOrphans();
  if (orphans.length > 0) fail('outside of any test', ...orphans);
  return outcome;
}

/** An error about the test file itself; a stack would point into the runner and mislead. */
function complaint(message: string): Error {
  const error = new Error(message);
  error.stack = `${error.name}: ${message}`;
  return error;
}
