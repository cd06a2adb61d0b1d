import { endProcess } from './harness/cli/end-process.ts';
import { main } from './harness/cli/main.ts';
import { assemble } from './harness/cli/parts/index.ts';
import { createRegistry } from './harness/runner/registry.ts';

const services = assemble(async () => {
  const [{ requirements }, { areas }] = await Promise.all([
    import('./suites/catalogue/index.ts'),
    import('./suites/index.ts'),
  ]);
  return createRegistry(requirements, areas);
});

endProcess(await main(process.argv.slice(2), services));
