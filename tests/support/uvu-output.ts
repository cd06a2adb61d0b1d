/** uvu prints dots and counts of its own; the runner prints better ones. */

import { isStepRunning } from './execution.ts';

/** Runs `action` while dropping what is written to standard output outside of a test: that is uvu, and nobody else. */
export async function withoutUvuOutput<T>(action: () => Promise<T>): Promise<T> {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = new Proxy(write, {
    apply: (target, _self, parameters: Parameters<typeof write>) => (isStepRunning() ? target(...parameters) : true),
  });
  try {
    return await action();
  } finally {
    process.stdout.write = write;
  }
}
