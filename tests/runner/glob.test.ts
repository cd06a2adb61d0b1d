import fc from 'fast-check';
import { caseMatcher, globMatcher } from '../../harness/runner/glob.ts';
import { nearMatches } from '../../harness/runner/near-matches.ts';
import { suite, assert } from '../support/suite.ts';

const test = suite('runner/glob');

const IDS = ['decap.source-matches-embedded', 'decap.hop-limit', 'decap.hop-limit/zero', 'mtu.hop', 'encap.hop-limit'];
const select = (glob: string): readonly string[] => IDS.filter(caseMatcher(glob));

test('a star stands for anything, a question mark for one character, braces for alternatives', () => {
  assert.equal(select('decap.*'), ['decap.source-matches-embedded', 'decap.hop-limit', 'decap.hop-limit/zero']);
  assert.equal(select('*.hop'), ['mtu.hop']);
  assert.equal(select('?tu.hop'), ['mtu.hop']);
  assert.equal(select('{mtu,encap}.hop*'), ['mtu.hop', 'encap.hop-limit']);
});

test('an id selects the requirement with its variants, an id with a variant just that', () => {
  assert.equal(select('decap.hop-limit'), ['decap.hop-limit', 'decap.hop-limit/zero']);
  assert.equal(select('decap.hop-limit/zero'), ['decap.hop-limit/zero']);
  assert.equal(select('*/zero'), ['decap.hop-limit/zero']);
  assert.equal(select('decap.hop'), []);
});

test('everything else stands for itself, so that profile texts can be written as they are', () => {
  const text = '6rd:fd5a:1234:5600::/40+10.0.0.0/8,encap=fou:3544';
  assert.ok(globMatcher(text)(text));
  assert.ok(globMatcher('6rd:*,encap=fou:*')(text));
  assert.not.ok(globMatcher('6rd:fd5a:1234:5600::/40+10x0.0.0/8,*')(text));
  assert.ok(globMatcher('a{b')('a{b'));
});

test('a text without special characters matches itself and nothing else', () => {
  const plain = fc.string({ unit: 'binary' }).filter((text) => !/[*?{}]/.test(text));
  fc.assert(
    fc.property(plain, plain, (glob, other) => {
      assert.ok(globMatcher(glob)(glob));
      assert.is(globMatcher(glob)(other), glob === other);
    }),
  );
});

test('near matches are the ids that somebody may have meant', () => {
  assert.equal(nearMatches('decap.hop-limt', IDS), ['decap.hop-limit', 'encap.hop-limit']);
  assert.equal(nearMatches('*source*', IDS), ['decap.source-matches-embedded']);
  assert.equal(nearMatches('something-else-entirely', IDS), []);
});

test.run();
