import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { ruleIds } from '../../harness/rules/index.ts';
import { findingsIn } from '../../scripts/check/cut-capture.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('captures');
const FOLDER = fileURLToPath(new URL('../../captures', import.meta.url));
const MOST_BYTES = 5_000_000;

const captureSchema = v.object({
  file: v.string(),
  frames: v.number(),
  findings: v.array(v.object({ frame: v.number(), requirement: v.string() })),
});
const labelSchema = v.object({
  requirement: v.string(),
  profile: v.string(),
  good: captureSchema,
  bad: captureSchema,
});
const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(FOLDER, name), 'utf8'));

const names = await readdir(FOLDER);
const labels = await Promise.all(
  names
    .filter((name) => name.endsWith('.json') && name !== 'missing.json')
    .map(async (name) => v.parse(labelSchema, await read(name))),
);
const missing = v.parse(v.array(v.object({ requirement: v.string(), reason: v.string() })), await read('missing.json'));

test('every requirement that a rule judges has a good and a bad capture, or a reason why not', () => {
  const known = [...labels, ...missing].map(({ requirement }) => requirement);
  assert.equal(known.toSorted(), [...ruleIds]);
  for (const { requirement, reason } of missing) assert.ok(reason.length > 20, requirement);
});

test('the captures are small', async () => {
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(FOLDER, name))).size));
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) < MOST_BYTES);
});

for (const { requirement, profile, good, bad } of labels) {
  test(`${requirement}: check finds exactly what is expected of the good and the bad capture`, async () => {
    const found = await findingsIn(await readFile(join(FOLDER, bad.file)), profile);
    assert.equal(found.findings, bad.findings);
    assert.ok(bad.findings.some((finding) => finding.requirement === requirement));
    const clean = await findingsIn(await readFile(join(FOLDER, good.file)), profile);
    assert.equal(clean.findings, []);
    assert.ok([...clean.judged.values()].some(({ judged }) => judged > 0));
  });
}

test.run();
