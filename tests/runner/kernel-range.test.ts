import fc from 'fast-check';
import { parseKernelRange, releaseNumbers } from '../../harness/runner/kernel-range.ts';
import { suite, assert } from '../support/suite.ts';

const test = suite('runner/kernel-range');

const holds = (range: string, ...releases: readonly string[]): readonly string[] =>
  releases.filter((release) => parseKernelRange(range)(release));

test('the numbers of a release are those in front of the distribution’s suffix', () => {
  assert.equal(releaseNumbers('6.1.0-37-cloud-amd64'), [6, 1, 0]);
  assert.equal(releaseNumbers('7.2'), [7, 2, 0]);
  assert.equal(releaseNumbers('6.12.117+deb13-cloud-amd64'), [6, 12, 117]);
  assert.is(releaseNumbers('unknown'), undefined);
});

test('comparators are joined by "and", numbers compare as numbers', () => {
  const releases = ['5.9.0', '5.10.0-32-cloud-amd64', '6.1.0-37-cloud-amd64', '6.2.0', '6.12.1'];
  assert.equal(holds('>=5.10 <6.2', ...releases), ['5.10.0-32-cloud-amd64', '6.1.0-37-cloud-amd64']);
  assert.equal(holds('>= 5.10  < 6.2', ...releases), ['5.10.0-32-cloud-amd64', '6.1.0-37-cloud-amd64']);
});

test('a version with fewer numbers stands for all that begin with it', () => {
  const releases = ['6.0.9', '6.1.0', '6.1.99', '6.2.0', '6.12.0'];
  assert.equal(holds('6.1', ...releases), ['6.1.0', '6.1.99']);
  assert.equal(holds('=6.1', ...releases), ['6.1.0', '6.1.99']);
  assert.equal(holds('<=6.1', ...releases), ['6.0.9', '6.1.0', '6.1.99']);
  assert.equal(holds('>6.1', ...releases), ['6.2.0', '6.12.0']);
  assert.equal(holds('<6.1', ...releases), ['6.0.9']);
  assert.equal(holds('6', ...releases), releases);
  assert.equal(holds('>=6.1.50 6.1', ...releases), ['6.1.99']);
});

test('a release that is no version is in no range', () => {
  assert.equal(holds('>=0', 'unknown'), []);
});

test('text that is no range is refused', () => {
  for (const text of ['', '  ', '6.x', '>=', '^6.1', '6.1.2.3', '5.10-6.1', '>=5.10,<6']) {
    assert.throws(() => parseKernelRange(text), /Expected a kernel range/);
  }
});

test('for every version exactly one of <, = and > holds, and <= and >= agree with them', () => {
  const number = fc.nat({ max: 20 });
  const version = fc.tuple(number, number, number).map((numbers) => numbers.join('.'));
  fc.assert(
    fc.property(version, version, (release, bound) => {
      const answers = ['<', '=', '>'].map((operator) => parseKernelRange(operator + bound)(release));
      assert.is(answers.filter(Boolean).length, 1);
      assert.is(parseKernelRange(`<=${bound}`)(release), answers[0] === true || answers[1] === true);
      assert.is(parseKernelRange(`>=${bound}`)(release), answers[2] === true || answers[1] === true);
    }),
  );
});

test.run();
