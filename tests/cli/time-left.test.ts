import { TimeLeft } from '../../harness/cli/time-left.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('cli/time-left');

test('the rest is taken to go as what is done, once enough is done', () => {
  let now = 0;
  const left = new TimeLeft(() => now);
  left.note(0, 100);
  assert.is(left.estimateMs(), undefined);
  now = 1000;
  left.note(10, 100);
  assert.is(left.estimateMs(), undefined);
  now = 4000;
  left.note(20, 100);
  assert.is(left.estimateMs(), 16_000);
  left.note(100, 100);
  assert.is(left.estimateMs(), undefined);
});

test('a pause is no work', () => {
  let now = 0;
  const left = new TimeLeft(() => now);
  left.note(0, 20);
  now = 5000;
  left.note(10, 20);
  const resume = left.pause();
  now = 65_000;
  resume();
  assert.is(left.estimateMs(), 5000);
});

test.run();
