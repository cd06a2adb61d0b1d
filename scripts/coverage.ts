import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { coverageFacts, type CoverageFacts } from '../harness/cli/lists/coverage-facts.ts';
import { FAULTS } from '../harness/reference/faults/index.ts';
import { ruleIds } from '../harness/rules/index.ts';
import { createRegistry } from '../harness/runner/registry.ts';
import { requirements } from '../suites/catalogue/index.ts';
import { areas } from '../suites/index.ts';

/** What is demanded, what checks it, and what proves the checks: a file that changes visibly with every case that comes or goes. */
export const coverageFile = fileURLToPath(new URL('../suites/coverage.json', import.meta.url));

export const currentCoverage = (): CoverageFacts =>
  coverageFacts(createRegistry(requirements, areas), new Set(ruleIds), new Set(FAULTS.map(({ name }) => name)));

/** The text that the file must have. */
export const coverageText = async (): Promise<string> =>
  format(JSON.stringify(currentCoverage(), null, 2), { ...(await resolveConfig(coverageFile)), parser: 'json' });
