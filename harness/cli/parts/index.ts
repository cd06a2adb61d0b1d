import { extname } from 'node:path';
import type { CaseRegistry } from '../../runner/registry.ts';
import { readStandardInput } from '../check/standard-input.ts';
import type { Services } from '../services.ts';

/** `run.ts`, or `run.js` in the npm package. */
const RUN = new URL(`../../../run${extname(import.meta.url)}`, import.meta.url);

/** The parts that Proto41 is made of, around the suites that `run.ts` brings. Each is loaded by the command that needs it. */
export const assemble = (loadRegistry: () => Promise<CaseRegistry>, entry: URL = RUN): Services => ({
  entry,
  loadRegistry,
  chooseTarget: async (request) => (await import('./choose-target.ts')).chooseTarget(request),
  loadTester: async () => (await import('../../tester/testbed.ts')).createTestbed,
  standardInput: readStandardInput,
  loadRequirements: async () => (await import('../../../suites/catalogue/index.ts')).requirements,
  ruleRequirements: async () => {
    const { ruleIds } = await import('../../rules/index.ts');
    return new Set(ruleIds);
  },
  faultNames: async () => {
    const { FAULTS } = await import('../../reference/faults/index.ts');
    return new Set(FAULTS.map(({ name }) => name));
  },
  startFaultyReference: async (faults) => {
    const { startMemoryNode } = await import('../../node/memory/index.ts');
    return startMemoryNode({ faults });
  },
  startModelledReference: async (faults, seed, beside) => {
    const { startModelledNode } = await import('../../node/memory/index.ts');
    return startModelledNode({ faults, seed, ...(beside === undefined ? {} : { beside }) });
  },
});
