import { startMemoryNode } from '../../harness/node/memory/index.ts';
import { faultNames } from '../../harness/reference/faults/index.ts';
import { measureFaults, planFaults, type FaultScore } from '../../harness/runner/fault-score/index.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { AREAS } from '../../harness/runner/requirement.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { areas } from '../../suites/index.ts';
import { assert, suite } from '../support/suite.ts';

// A case that no fault can fail proves nothing. Each fault is switched on in the reference, and a case of its requirement has
// to fail (or warn, where the requirement is a SHOULD) in at least one profile.

const registry = createRegistry(requirements, areas);
const caseRequirements = new Set(registry.cases.map(({ requirement }) => requirement.id));
const known = new Set<string>(faultNames);

const survivorsOf = ({ faults, lacking }: FaultScore): string[] => [
  ...faults.flatMap(({ name, requirement, outcome }) =>
    outcome.kind === 'survived' ? [`${name} survives ${requirement} (${JSON.stringify(outcome.trials)})`] : [],
  ),
  ...lacking
    .filter(({ requirement }) => caseRequirements.has(requirement))
    .map(({ name, requirement }) => `${name} of ${requirement} is not in the reference`),
];

for (const area of AREAS.filter((name) => registry.cases.some(({ requirement }) => requirement.area === name))) {
  const test = suite(`faults/${area}`, { timeoutMs: 240_000 });
  test(`every fault of ${area} is caught by a case of its requirement`, async () => {
    const score = await measureFaults({
      registry,
      plan: planFaults(registry, known, { areas: [area] }),
      startReference: (faults) => startMemoryNode({ faults }),
      createTestbed,
      toolVersion: 'test',
    });
    assert.equal(survivorsOf(score), []);
    assert.ok(score.faults.some(({ outcome }) => outcome.kind === 'caught'));
    assert.equal(score.casesThatNoFaultFails, []);
    assert.not.ok(score.interrupted);
  });
  test(`every requirement of ${area} that has a case has a fault that can fail it`, () => {
    const judged = requirements.filter(({ id, area: own }) => own === area && caseRequirements.has(id));
    assert.equal(
      judged.filter(({ faults }) => faults.length === 0).map(({ id }) => id),
      [],
    );
  });
  test.run();
}
