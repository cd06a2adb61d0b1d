import { fuzzCheck } from '../../scripts/check/fuzz.ts';
import { assert, suite } from '../support/suite.ts';
import { fuzzCorpus } from './fuzz-corpus.ts';

const test = suite('check/fuzz');

test('damaged captures give frames, findings and errors with a place, and nothing else', async () => {
  const result = await fuzzCheck({ corpus: fuzzCorpus(), seed: 'tests', frames: 5000 });
  assert.ok(result.errors > 20, `${result.errors} errors`);
  assert.ok(result.findings > 20, `${result.findings} findings`);
  assert.ok(result.slowestMs < 10_000, `${result.slowestMs} ms`);
});

test.run();
