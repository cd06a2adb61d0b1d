import { startMemoryNode } from '../../harness/node/memory/index.ts';
import { parseProfile, type Profile } from '../../harness/profile/index.ts';
import { faultNames } from '../../harness/reference/faults/index.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { runSuite } from '../../harness/runner/run-suite.ts';
import type { CaseResult } from '../../harness/runner/result.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { areas } from '../../suites/index.ts';
import { assert, suite } from '../support/suite.ts';

// A case that no fault can fail proves nothing. Each fault of a core requirement is switched on in the reference, and the case
// of that very requirement has to fail (or warn, where the requirement is a SHOULD) in at least one profile.

const PROFILES = ['overlay', '6rd', '6to4', '6in4', 'overlay,encap=fou:3544'].map(parseProfile);

const registry = createRegistry(requirements, areas);
const caseRequirements = new Set(registry.cases.map(({ requirement }) => requirement.id));
const known = new Set<string>(faultNames);

const casesOf = (requirement: string): string[] =>
  registry.cases
    .filter((registered) => registered.requirement.id === requirement)
    .map(({ definition }) => definition.id);

/** Results of the cases of one requirement, with a fault switched on in the reference. */
const runWith = async (fault: string, requirement: string, profile: Profile): Promise<readonly CaseResult[]> => {
  const { cases } = await runSuite({
    registry,
    target: 'reference',
    probeNonsense: false,
    profiles: [profile],
    filter: { caseGlobs: casesOf(requirement) },
    seed: '1',
    startSession: () => startMemoryNode({ faults: [fault] }),
    createTestbed,
    toolVersion: 'test',
  });
  return cases.filter((result) => result.requirement === requirement);
};

const isCaught = (result: CaseResult): boolean => result.verdict === 'fail' || result.verdict === 'warn';

/** The first profile in which the fault is caught, or what happened instead. */
const catchFault = async (fault: string, requirement: (typeof requirements)[number]): Promise<string | undefined> => {
  const seen: string[] = [];
  for (const profile of PROFILES) {
    const applies = requirement.profiles.includes('all') || requirement.profiles.includes(profile.catalogueProfile);
    if (!applies) continue;
    const results = await runWith(fault, requirement.id, profile);
    if (results.some(isCaught)) return undefined;
    seen.push(
      `${profile.name}: ${results.map(({ id, verdict, reason }) => `${id} ${verdict} ${reason ?? ''}`).join(', ')}`,
    );
  }
  return `${fault} survives ${requirement.id} (${seen.join('; ')})`;
};

const judged = requirements.filter(({ priority, id }) => priority === 'core' && caseRequirements.has(id));

for (const area of areas) {
  const test = suite(`faults/${area.name}`, { timeoutMs: 240_000 });
  const rows = judged.filter((requirement) => requirement.area === area.name);
  test(`every fault of the core requirements of ${area.name} is caught by the case of its requirement`, async () => {
    const survivors: string[] = [];
    for (const requirement of rows) {
      for (const { name } of requirement.faults) {
        if (!known.has(name)) survivors.push(`${name} of ${requirement.id} is not in the reference`);
        else survivors.push(...[await catchFault(name, requirement)].filter((text) => text !== undefined));
      }
    }
    assert.equal(survivors, []);
  });
  test(`every core case of ${area.name} has a fault that can fail it`, () => {
    assert.equal(
      rows.filter(({ faults }) => faults.length === 0).map(({ id }) => id),
      [],
    );
  });
  test.run();
}
