import { isProto41Error } from '../../harness/errors.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { Area } from '../../harness/runner/case.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { effectiveChanges, planGroups, setupKey } from '../../harness/runner/plan.ts';
import { parseShard, selectCases, SelectionError, type CaseFilter } from '../../harness/runner/select-cases.ts';
import { selectForProfiles } from '../../harness/runner/select-profiles.ts';
import { suite, assert } from '../support/suite.ts';
import { registryOf, requirement } from './support/samples.ts';

const test = suite('runner/select-cases');

const requirements = [
  requirement('decap.a'),
  requirement('decap.b', { level: 'SHOULD', priority: 'extended' }),
  requirement('decap.c', { level: 'MAY' }),
  requirement('decap.only-6to4', { profiles: ['6to4', 'fou'] }),
  requirement('decap.uncovered'),
];
const registry = registryOf(requirements, [
  { id: 'decap.only-6to4' },
  { id: 'decap.c' },
  { id: 'decap.a' },
  { id: 'decap.a', variant: 'slow', slow: true },
  { id: 'decap.b' },
]);
const overlay = parseProfile('overlay');
const select = (filter?: CaseFilter, profile = overlay): readonly string[] =>
  selectCases(registry, profile, filter).map(({ definition }) => definition.id);

test('cases come in catalogue order, whatever order the suites have them in', () => {
  assert.equal(select(), ['decap.a', 'decap.a/slow', 'decap.b', 'decap.c']);
});

test('the profile decides which requirements apply; encapsulation in UDP adds to the mapping', () => {
  assert.equal(select({}, parseProfile('6to4')).at(-1), 'decap.only-6to4');
  assert.equal(select({}, parseProfile('6to4,encap=fou:3544')).at(-1), 'decap.only-6to4');
  assert.equal(select({}, parseProfile('overlay,encap=fou:3544')).at(-1), 'decap.c');
});

test('level and priority narrow the selection', () => {
  assert.equal(select({ levels: ['must'] }), ['decap.a', 'decap.a/slow']);
  assert.equal(select({ levels: ['should', 'may'] }), ['decap.b', 'decap.c']);
  assert.equal(select({ priorities: ['extended'] }), ['decap.b']);
});

test('a case that waits longer than the run is willing to is selected, to be skipped with that reason', () => {
  const patient = registryOf(requirements, [
    { id: 'decap.a', slow: true, waitSeconds: 60 },
    { id: 'decap.b', slow: true, waitSeconds: 5 },
    { id: 'decap.c', slow: true, waitSeconds: 60, notFor: () => 'not for this profile' },
  ]);
  const reasons = (filter: CaseFilter): readonly (string | undefined)[] =>
    selectCases(patient, overlay, filter).map(({ notFor }) => notFor);
  assert.equal(reasons({}), [undefined, undefined, 'not for this profile']);
  const [long, short, other] = reasons({ longestWaitSeconds: 5 });
  assert.match(long ?? '', /waits up to 60 s .* `run --slow` runs it/);
  assert.is(short, undefined);
  assert.is(other, 'not for this profile');
});

test('a filter that selects nothing is wrong usage and says what was meant', () => {
  const failure = (filter: CaseFilter): string => {
    try {
      select(filter);
    } catch (error) {
      if (error instanceof SelectionError && isProto41Error(error) && error.exitCode === 2) return error.message;
      throw error;
    }
    throw new Error('expected a SelectionError');
  };
  assert.match(
    failure({ caseGlobs: ['decap.a', 'decap.ab'] }),
    /"decap\.ab" to match a case, found none; did you mean decap\.a/,
  );
  assert.match(failure({ caseGlobs: ['zzzzzzzzzzzzzzzzzzzz'] }), /see `proto41 list cases`/);
  assert.match(
    failure({ caseGlobs: ['decap.uncovered'] }),
    /matches 1 requirement\(s\) of the catalogue.*no case checks them/,
  );
  assert.match(failure({ caseGlobs: ['decap.b'], levels: ['must'] }), /1 match by id, but none has the level/);
  assert.match(failure({ caseGlobs: ['decap.only*'] }), /applies to profile overlay \(6rd\).*for 6to4, fou/);
});

test('several profiles share a filter: those for which nothing applies are left out', () => {
  const profiles = [overlay, parseProfile('6to4')];
  const selections = selectForProfiles(registry, profiles, { caseGlobs: ['decap.only*'] });
  assert.equal(
    selections.map(({ profile }) => profile.name),
    ['6to4'],
  );
  assert.throws(() => selectForProfiles(registry, [overlay], { caseGlobs: ['decap.only*'] }), SelectionError);
  assert.throws(() => selectForProfiles(registry, []), /at least one profile/);
});

test('shards cut the selection into parts that make one whole, and a case keeps its shard under any filter', () => {
  for (const count of [1, 2, 3, 7]) {
    const shards = Array.from({ length: count }, (_, index) => select({ shard: { index: index + 1, count } }));
    assert.equal(shards.flat().sort(), [...select()].sort());
  }
  // What other cases show of a requirement is charged to one of its cases, so they must not part.
  const ofA = select().filter((id) => id.startsWith('decap.a'));
  const withA = [1, 2, 3]
    .map((index) => select({ shard: { index, count: 3 } }))
    .filter((ids) => ids.includes('decap.a'));
  assert.equal(
    withA.flat().filter((id) => ofA.includes(id)),
    ofA,
  );
  const shardOfB = [1, 2, 3].find((index) => select({ shard: { index, count: 3 } }).includes('decap.b'));
  assert.equal(select({ caseGlobs: ['decap.b'], shard: { index: shardOfB ?? 0, count: 3 } }), ['decap.b']);
});

test('a shard is written i/n', () => {
  assert.equal(parseShard('2/4'), { index: 2, count: 4 });
  for (const text of ['0/4', '5/4', '1', '1/0', 'a/b', '-1/2', '1/2/3'])
    assert.throws(() => parseShard(text), SelectionError);
});

test('what the profile has anyway asks for no set-up of its own', () => {
  const { switches } = parseProfile('overlay');
  assert.is(effectiveChanges({ switches: { mtuMode: 'dynamic' } }, switches), undefined);
  assert.equal(
    effectiveChanges({ podMtuBytes: 9000, switches: { mtuMode: 'dynamic', relay: 'configured' } }, switches),
    {
      podMtuBytes: 9000,
      switches: { relay: 'configured' },
    },
  );
  // Another profile has other values, so there the switches stay.
  const elsewhere = { profileText: '6to4', switches: { mtuMode: 'dynamic' } } as const;
  assert.equal(effectiveChanges(elsewhere, switches), elsewhere);
});

test('equal set-ups have equal keys, whatever the order of their fields', () => {
  const key = setupKey({ switches: { tos: 'copy', ttl: 'fixed' }, podMtuBytes: 9000 });
  assert.is(key, setupKey({ podMtuBytes: 9000, switches: { ttl: 'fixed', tos: 'copy' } }));
  assert.is(key, '{"podMtuBytes":9000,"switches":{"tos":"copy","ttl":"fixed"}}');
  assert.is(setupKey(undefined), setupKey({}));
  assert.is.not(
    setupKey({ routesOverU2: ['10.2.0.0/16', '10.3.0.0/16'] }),
    setupKey({ routesOverU2: ['10.3.0.0/16', '10.2.0.0/16'] }),
  );
});

test('the plan holds every case once', () => {
  const cases = selectCases(registry, overlay);
  const planned = planGroups(cases).flatMap((group) => group.cases.map(({ definition }) => definition.id));
  assert.equal(planned.toSorted(), [...select()].toSorted());
});

test('suites that contradict the catalogue or themselves are refused', () => {
  const area = (...ids: readonly (readonly [string, string?])[]): Area => {
    const made = new Area('decap');
    for (const [id, variant] of ids) made.case(id, variant === undefined ? {} : { variant }, async () => {});
    return made;
  };
  assert.throws(
    () => createRegistry(requirements, [area(['decap.zzz'])]),
    /Case decap\.zzz: expected a requirement of the catalogue/,
  );
  assert.throws(
    () => createRegistry(requirements, [area(['decap.a']), area(['decap.a'])]),
    /Case decap\.a: expected a unique id/,
  );
  assert.throws(() => createRegistry(requirements, [area(['decap.a', 'passive'])]), /reserved/);
  assert.throws(() => createRegistry(requirements, [area(['decap.a', 'Two Words'])]), /kebab case/);
  assert.throws(() => registryOf(requirements, [{ id: 'decap.a', alsoJudges: ['decap.zzz'] }]), /found decap\.zzz/);
});

test.run();
