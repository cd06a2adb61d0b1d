import { isListed, parseProfile, type CatalogueProfile } from '../../harness/profile/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('profile/listed');

const EMBEDDING: readonly CatalogueProfile[] = ['6to4', '6rd', '6rd-br', 'fou', 'gue'];

const applies = (text: string, ...names: readonly CatalogueProfile[]): boolean => isListed(parseProfile(text), names);

test('a profile in protocol 41 is listed by its mapping', () => {
  assert.ok(applies('overlay', '6rd'));
  assert.ok(applies('6in4', '6in4', 'gre', 'ip6ip6'));
  assert.not.ok(applies('6in4', ...EMBEDDING));
});

test('an overlay in UDP is listed by its framing where the list names no mapping', () => {
  for (const text of ['overlay,encap=fou:3544', '6to4,encap=fou:6080', '6in4,encap=fou:3544'])
    assert.ok(applies(text, 'fou', 'gue'), text);
  assert.not.ok(applies('overlay', 'fou', 'gue'));
});

test('a list with mappings wants the mapping of an overlay in UDP as well', () => {
  assert.ok(applies('overlay,encap=fou:3544', ...EMBEDDING));
  assert.ok(applies('6to4,encap=fou:3544', ...EMBEDDING));
  assert.not.ok(applies('6in4,encap=fou:3544', ...EMBEDDING));
  assert.not.ok(applies('6to4,encap=fou:3544', '6rd', '6rd-br', 'fou', 'gue'));
});

test('what is for protocol 41 alone is not for an overlay in UDP', () => {
  assert.not.ok(applies('6in4,encap=fou:3544', '6in4', '6to4', '6rd'));
  assert.not.ok(applies('overlay,encap=fou:3544', '6rd'));
});

const CONFIGURED: readonly CatalogueProfile[] = ['6in4', 'gre', 'ip6ip6'];
const PROTOCOL_41: readonly CatalogueProfile[] = ['6in4', '6to4', '6rd', '6rd-br', 'isatap'];
const FRAMING: readonly CatalogueProfile[] = ['fou', 'gue'];

/** Which of the four lists concern a profile. */
const EXAMPLES: readonly (readonly [string, readonly boolean[]])[] = [
  ['overlay', [true, false, true, false]],
  ['6rd-br', [true, false, true, false]],
  ['6in4', [false, true, true, false]],
  ['isatap', [false, false, true, false]],
  ['gre', [false, true, false, false]],
  ['ip6ip6', [false, true, false, false]],
  ['fou', [true, false, false, true]],
  ['6to4,encap=gue:6080', [true, false, false, true]],
  ['6in4,encap=fou:3544', [false, true, false, true]],
  ['ip6ip6,encap=fou:3544', [false, true, false, true]],
];

for (const [text, expected] of EXAMPLES) {
  test(`${text} is concerned by its own mapping and framing only`, () => {
    const profile = parseProfile(text);
    const found = [EMBEDDING, CONFIGURED, PROTOCOL_41, FRAMING].map((list) => isListed(profile, list));
    assert.equal(found, [...expected]);
  });
}

test.run();
