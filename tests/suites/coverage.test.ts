import { readFile } from 'node:fs/promises';
import { coverageFile, coverageText, currentCoverage } from '../../scripts/coverage.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('suites/coverage');

test('suites/coverage.json is what the suites cover', async () => {
  const [recorded, current] = [await readFile(coverageFile, 'utf8'), await coverageText()];
  const lines = new Set(recorded.split('\n'));
  const first = current.split('\n').find((line) => !lines.has(line));
  assert.ok(
    recorded === current,
    `it is out of date${first === undefined ? '' : `, e.g. ${first.trim()}`}; run: npm run coverage`,
  );
});

test('what no case judges says why', () => {
  const unexplained = currentCoverage().requirements.filter(({ none }) => none === 'no case yet');
  assert.equal(
    unexplained.map(({ requirement }) => requirement),
    [],
  );
});

test('no requirement says why it has no case, and has one', () => {
  const excused = new Set(requirements.filter(({ noCase }) => noCase !== undefined).map(({ id }) => id));
  const covered = currentCoverage().requirements.filter(
    ({ requirement, none }) => excused.has(requirement) && none === undefined,
  );
  assert.equal(
    covered.map(({ requirement }) => requirement),
    [],
  );
});

test.run();
