import * as v from 'valibot';
import { coverageOf } from '../../../harness/cli/lists/coverage.ts';
import { listingText } from '../../../harness/cli/lists/listing.ts';
import { SWITCH_NAMES } from '../../../harness/profile/index.ts';
import { PLAIN } from '../../../harness/report/palette.ts';
import { Area } from '../../../harness/runner/case.ts';
import { createRegistry } from '../../../harness/runner/registry.ts';
import { requirementById, requirements } from '../../../suites/catalogue/index.ts';
import { assert, suite } from '../../support/suite.ts';
import { commandLine } from '../support.ts';

const test = suite('cli/lists');

const area = new Area('encap');
area.case('encap.exactly-once', { alsoJudges: ['encap.total-length'] }, () => Promise.resolve());
area.case('encap.exactly-once', { variant: 'twice' }, () => Promise.resolve());
const registry = createRegistry(requirements, [area]);

test('a requirement knows the cases and the rule that check it', () => {
  const coverage = coverageOf(registry, new Set(['encap.total-length']));
  const of = (id: string): unknown => {
    const requirement = requirementById(id);
    return requirement === undefined ? undefined : coverage(requirement);
  };
  assert.equal(of('encap.exactly-once'), { cases: ['encap.exactly-once', 'encap.exactly-once/twice'], rule: false });
  assert.equal(of('encap.total-length'), { cases: ['encap.exactly-once'], rule: true });
});

test('a requirement that nothing checks says why', () => {
  const coverage = coverageOf(registry, new Set());
  const reasons = new Set(requirements.map((requirement) => coverage(requirement).none ?? 'checked'));
  assert.ok(reasons.has('no case yet'));
  assert.ok(reasons.has('judged by `bench`, which measures'));
  assert.ok([...reasons].some((reason) => reason.startsWith('With IPsec required')));
});

test('a listing counts what it shows, in a table whose cells are escaped', () => {
  const entry = { id: 'a', facts: {}, cells: { name: 'a\u001b[2J', text: 'b' } };
  assert.is(
    listingText({ what: 'things', entries: [entry] }, 3, PLAIN),
    'name      text\na\\x1b[2J  b\n\n1 of 3 things\n',
  );
  assert.is(listingText({ what: 'things', entries: [] }, 0, PLAIN), '0 things\n');
  assert.match(listingText({ what: 'things', entries: [entry] }, 1, PLAIN), '\n1 thing\n');
});

for (const what of ['requirements', 'cases', 'targets', 'nodes', 'kernels', 'profiles', 'faults', 'coverage']) {
  test(`list ${what} --json is an array of objects, and nothing else`, async () => {
    const { exitCode, stdout, stderr } = await commandLine('list', what, '--json');
    assert.is(exitCode, 0);
    assert.is(stderr, '');
    v.parse(v.array(v.record(v.string(), v.unknown())), JSON.parse(stdout));
  });
}

test('the profiles show every switch', async () => {
  const { stdout } = await commandLine('list', 'profiles', 'overlay', '--json');
  const [profile] = v.parse(
    v.array(v.object({ name: v.string(), switches: v.record(v.string(), v.string()) })),
    JSON.parse(stdout),
  );
  assert.is(profile?.name, 'overlay');
  assert.equal(Object.keys(profile?.switches ?? {}).sort(), [...SWITCH_NAMES].sort());
});

test('a glob chooses entries', async () => {
  const { stdout } = await commandLine('list', 'requirements', 'gre.*');
  assert.match(stdout, /^requirement +level +checked by +source +title\ngre\./);
  assert.match(stdout, `\n3 of ${String(requirements.length)} requirements\n`);
});

test.run();
