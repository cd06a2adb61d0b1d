import { startMemoryNode } from '../../../harness/node/memory/index.ts';
import { parseProfile } from '../../../harness/profile/index.ts';
import { createRegistry } from '../../../harness/runner/registry.ts';
import type { CaseResult } from '../../../harness/runner/result.ts';
import { runSuite } from '../../../harness/runner/run-suite.ts';
import { createTestbed } from '../../../harness/tester/testbed.ts';
import { requirements } from '../../../suites/catalogue/index.ts';
import { areas } from '../../../suites/index.ts';
import { property } from '../../../suites/property.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('suites/property', { timeoutMs: 60_000 });

const registry = createRegistry(requirements, areas);

interface Tried {
  readonly fault?: string;
  readonly seed?: string;
  readonly packets?: number;
  readonly profile?: string;
}

const tryCase = async (
  id: string,
  { fault, seed = '1', packets = 200, profile = 'overlay' }: Tried = {},
): Promise<CaseResult> => {
  const { cases } = await runSuite({
    registry,
    target: 'reference',
    probeNonsense: false,
    profiles: [parseProfile(profile)],
    filter: { caseGlobs: [id] },
    seed,
    startSession: () => startMemoryNode({ faults: fault === undefined ? [] : [fault] }),
    createTestbed,
    toolVersion: 'test',
    propertyPackets: packets,
  });
  const found = cases.find((each) => each.id === id);
  if (found === undefined) throw new Error(`expected a result of ${id}`);
  return found;
};

test('a counterexample is made as small as it gets, and only what is wrong stays in it', async () => {
  const { verdict, violations, notes } = await tryCase('decap.inner-unchanged/property', { fault: 'decap-exthdr' });
  assert.is(verdict, 'fail');
  const [violation, ...more] = violations.filter(({ by }) => by === 'case');
  assert.equal(more, []);
  assert.match(violation?.expected[0] ?? '', /Traffic Class 0, flow label 0, Hop Limit 2/);
  assert.ok(violation?.frameNumber !== undefined);
  assert.match(notes.join('\n'), /smallest packet that still does: .*"extensions":\[\{[^}]*\}\].*"lengthBytes":40/);
});

test('a fault at one length is found by enough packets, and shrunk to that length', async () => {
  const { verdict, notes } = await tryCase('decap.inner-unchanged/property', {
    fault: 'decap-damages-777-bytes',
    packets: 20_000,
  });
  assert.is(verdict, 'fail');
  assert.match(notes.join('\n'), /"lengthBytes":777,/);
});

test('a fault that counts is not taken for one of the packet', async () => {
  const { verdict, notes } = await tryCase('decap.inner-unchanged/property', { fault: 'decap-loses-1-in-83' });
  assert.is(verdict, 'fail');
  assert.match(notes.join('\n'), /alone it does not: it does behind \d+ others|once and not again/);
});

test('the same seed tries the same packets, another one others', async () => {
  const facts = async (seed: string): Promise<string> => {
    const { violations, notes } = await tryCase('encap.inner-unchanged/property', {
      fault: 'encap-damages-behind-ah',
      seed,
    });
    return JSON.stringify([violations, notes]);
  };
  const [first, again, other] = [await facts('7'), await facts('7'), await facts('8')];
  assert.is(first, again);
  assert.is.not(first, other);
});

test('a run asks for as many packets as it was told, and says so again in its command', async () => {
  const few = await tryCase('encap.inner-unchanged/property', { packets: 300 });
  assert.is(few.verdict, 'pass');
  assert.match(few.rerun, /--property-packets 300/);
});

test('what passed does not stay in memory, whatever the number of packets', async () => {
  const profile = parseProfile('overlay');
  const kept = async (propertyPackets: number): Promise<number> => {
    await using session = await startMemoryNode();
    await using testbed = await createTestbed({ session, profile, seed: '1', propertyPackets });
    await testbed.up();
    const scope = testbed.begin('encap.inner-unchanged/property', { mayForget: () => true });
    const body = property.cases.find(({ id }) => id === 'encap.inner-unchanged/property');
    await body?.run(scope.context);
    const { violations, judgements } = scope.finish();
    assert.equal(violations, []);
    assert.ok(judgements >= propertyPackets);
    return testbed.recorder.frames.length;
  };
  assert.is(await kept(4000), await kept(500));
});

for (const { name } of [{ name: 'overlay' }, { name: '6to4' }, { name: '6in4' }, { name: 'fou' }]) {
  test(`the reference keeps every property under ${name}, with a thousand packets of each`, async () => {
    for (const { id, notFor } of property.cases) {
      if (notFor?.(parseProfile(name)) !== undefined || (id.startsWith('address.') && name === '6to4')) continue;
      if (id.startsWith('address.') && name === '6in4') continue;
      const { verdict, violations } = await tryCase(id, { packets: 1000, profile: name, seed: '41' });
      assert.equal([id, verdict, violations], [id, 'pass', []]);
    }
  });
}

test.run();
