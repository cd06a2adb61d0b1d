import { seededRandom } from '../../../harness/random.ts';
import { requirementById, requirements, CatalogueError } from '../../../suites/catalogue/index.ts';
import { assertUnique, parseArea } from '../../../suites/catalogue/load.ts';
import { suite, assert } from '../../support/suite.ts';

const test = suite('suites/catalogue');

const COUNTS = {
  address: 12,
  bench: 13,
  config: 5,
  decap: 36,
  'dscp-ecn': 12,
  encap: 15,
  fragment: 14,
  gre: 3,
  'hop-limit': 8,
  icmp4: 8,
  icmp6: 8,
  ip6ip6: 2,
  ipv6: 5,
  kubernetes: 6,
  loop: 11,
  mtu: 27,
  neighbour: 10,
  security: 14,
  stateless: 9,
  udp: 20,
};

const first = requirements[0];
const sample: Record<string, unknown> = { ...first };
const parse = (changes: Record<string, unknown>): unknown =>
  parseArea('address.json', 'address', JSON.stringify([{ ...sample, ...changes }]));

test('every area has the number of requirements that was agreed', () => {
  const counts: Record<string, number> = {};
  for (const { area } of requirements) counts[area] = (counts[area] ?? 0) + 1;
  assert.equal(counts, COUNTS);
  assert.is(requirements.length, 238);
});

test('ids and fault names are unique', () => {
  const faults = requirements.flatMap((requirement) => requirement.faults.map((fault) => fault.name));
  assert.is(new Set(requirements.map(({ id }) => id)).size, 238);
  assert.ok(faults.length > 300);
  assert.is(new Set(faults).size, faults.length);
});

test('requirements are in the order of their ids', () => {
  const ids = requirements.map(({ id }) => id);
  assert.equal(ids, [...ids].sort());
});

test('a requirement is found by its id, an unknown id is not', () => {
  const any = seededRandom('catalogue').pick(requirements);
  assert.is(requirementById(any.id), any);
  assert.is(requirementById('decap.no-such-thing'), undefined);
});

test('an entry that is wrong is reported with file and id', () => {
  const error = assertThrows(() => parse({ level: 'SHALL' }));
  assert.match(error.message, /^Catalogue address\.json: entry address\.6rd-embedded-bits at level: /);
  assert.is(error.code, 'CATALOGUE_INVALID');
});

test('an entry without an id is reported by its position', () => {
  assert.match(assertThrows(() => parse({ id: undefined })).message, /entry number 1 at id/);
});

test('unknown fields, foreign areas, unknown switch values and missing sources are refused', () => {
  assert.throws(() => parse({ severity: 'high' }), /severity/);
  assert.throws(() => parse({ area: 'decap', id: 'decap.x' }), /expected area address, found decap/);
  assert.throws(() => parse({ area: 'decap' }), /expected the id to start with the area/);
  assert.throws(() => parse({ switch: 'tos', switchValues: ['maybe'] }), /values of the named switch/);
  assert.throws(() => parse({ sources: [] }), /at least one source/);
  assert.throws(() => parse({ sources: [{ section: '4' }] }), /either an RFC number or a document/);
});

test('a file that is no JSON array is refused by name', () => {
  assert.throws(() => parseArea('x.json', 'address', '{'), /Catalogue x\.json: expected JSON/);
  assert.throws(() => parseArea('x.json', 'address', '{}'), /expected an array of requirements, found object/);
});

test('a repeated id or fault name is refused with both owners', () => {
  const [one, two] = requirements;
  if (one === undefined || two === undefined) throw new Error('expected two requirements');
  assert.throws(() => assertUnique([one, one]), /id address\.6rd-embedded-bits is already used/);
  assert.throws(
    () => assertUnique([one, { ...two, faults: one.faults }]),
    /fault 6rd-octet-align is already used by address\.6rd-embedded-bits/,
  );
});

const assertThrows = (block: () => unknown): CatalogueError => {
  try {
    block();
  } catch (error) {
    if (error instanceof CatalogueError) return error;
    throw error;
  }
  throw new Error('expected a CatalogueError');
};

test.run();
