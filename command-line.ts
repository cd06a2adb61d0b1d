import { main } from './harness/cli/main.ts';
import { assemble } from './harness/cli/parts/index.ts';
import { createRegistry } from './harness/runner/registry.ts';

/** Runs one command line, e.g. `['run', '--profile', 'overlay']`, and returns its exit code (docs/results.md); never throws. */
export const runCommandLine = (parameters: readonly string[]): Promise<number> =>
  main(
    parameters,
    assemble(async () => {
      const [{ requirements }, { areas }, { regressionArea, REGRESSIONS_FOLDER }] = await Promise.all([
        import('./suites/catalogue/index.ts'),
        import('./suites/index.ts'),
        import('./harness/replay/regressions.ts'),
      ]);
      return createRegistry(requirements, [...areas, await regressionArea(REGRESSIONS_FOLDER)]);
    }),
  );
