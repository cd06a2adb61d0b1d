import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readResults, writeResults } from '../../harness/runner/results-file.ts';
import { resultSchemaFile, resultSchemaText } from '../../scripts/result-schema.ts';
import { suite, assert } from '../support/suite.ts';
import { fake } from './support/fake-testbed.ts';
import { runFake } from './support/run-fake.ts';
import { registryOf, requirement, violation } from './support/samples.ts';

const test = suite('runner/results-file');

let folder = '';
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-results-'));
});
test.after.each(() => rm(folder, { recursive: true, force: true }));

test('what is written is read back unchanged, and nothing else is left', async () => {
  const failing = async (t: Parameters<typeof fake>[0]): Promise<void> =>
    fake(t).observe({ violations: [violation('decap.a')], doubts: [{ reason: 'late' }], notes: ['noted'] });
  const registry = registryOf([requirement('decap.a')], [{ id: 'decap.a', run: failing }]);
  const result = await runFake(registry, {
    repetitions: 2,
    expectations: [{ requirement: 'decap.a', reason: 'known' }],
  });
  const path = await writeResults(folder, result);
  assert.is(path, join(folder, 'results.json'));
  assert.equal(await readResults(folder), result);
  assert.equal(await readdir(folder), ['results.json']);
});

test('a missing file, text that is no JSON and a foreign object are refused by path and place', async () => {
  await assert.rejects(readResults(folder), /results\.json: ENOENT/);
  await writeFile(join(folder, 'results.json'), '{');
  await assert.rejects(readResults(folder), /results\.json: .*JSON/);
  await writeFile(join(folder, 'results.json'), '{"schema":"https://proto41.dev/schema/results-9.json"}');
  await assert.rejects(readResults(folder), /at schema: /);
});

test('the published JSON Schema is the one that the code generates', async () => {
  const published = await readFile(resultSchemaFile, 'utf8');
  assert.is(published, await resultSchemaText(), 'run: node --import tsx scripts/generate-schema.ts');
});

test.run();
