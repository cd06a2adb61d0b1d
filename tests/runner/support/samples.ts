import type { CaseOptions } from '../../../harness/runner/case.ts';
import { Area } from '../../../harness/runner/case.ts';
import { createRegistry, type CaseRegistry } from '../../../harness/runner/registry.ts';
import type { Requirement } from '../../../harness/runner/requirement.ts';
import type { Violation } from '../../../harness/runner/verdict.ts';
import type { TestContext } from '../../../harness/tester/context.ts';

/** A requirement with the fields that matter to a test. */
export const requirement = (id: string, changes: Partial<Requirement> = {}): Requirement => ({
  id,
  title: `Title of ${id}`,
  level: 'MUST',
  area: 'decap',
  sources: [{ rfc: 4213, section: '3.6' }],
  sectionChecked: true,
  statement: `Statement of ${id}`,
  stimulus: 'a stimulus',
  expect: 'an expectation',
  violation: 'a violation',
  profiles: ['all'],
  switch: null,
  switchValues: [],
  judgedBy: 'active',
  needs: [],
  priority: 'core',
  linuxSit: { behaviour: 'conforms', verdict: 'conforms', evidence: 'measured' },
  faults: [],
  ...changes,
});

export const violation = (id: string, changes: Partial<Violation> = {}): Violation => ({
  requirement: id,
  expected: ['nothing'],
  actual: 'one frame',
  by: 'case',
  ...changes,
});

export const lookup =
  (...requirements: readonly Requirement[]) =>
  (id: string): Requirement | undefined =>
    requirements.find((each) => each.id === id);

export interface SampleCase extends CaseOptions {
  readonly id: string;
  readonly run?: (context: TestContext) => Promise<void>;
}

const doNothing = async (): Promise<void> => {};

/** A registry whose cases name requirements of the list. */
export const registryOf = (requirements: readonly Requirement[], cases: readonly SampleCase[]): CaseRegistry => {
  const area = new Area('decap');
  for (const { id, run = doNothing, ...options } of cases) area.case(id, options, run);
  return createRegistry(requirements, [area]);
};
