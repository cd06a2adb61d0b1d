import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { jsonReport } from '../../harness/report/json.ts';
import { markdownReport } from '../../harness/report/markdown.ts';
import { REPORT_FILES, writeReports } from '../../harness/report/write.ts';
import { findCommand } from '../../scripts/requirements.mjs';
import { assert, suite } from '../support/suite.ts';
import { caseResult, everyKind, failed, HOSTILE, runResult } from './fixtures.ts';

const test = suite('report/write');
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-report-'));
});
test.after(() => rm(folder, { recursive: true }));

test('JSON holds the result verbatim', () => {
  const result = runResult(everyKind());
  assert.equal(JSON.parse(jsonReport(result)), result);
});

test('Markdown lists what is unexpected and what is a declared deviation, in one line each', () => {
  const text = markdownReport(runResult([caseResult(), ...everyKind()]));
  assert.match(text, '| encap | 3 | 1 | 1 | 1 | 1 | 1 | 1 |');
  assert.match(text, '### Unexpected');
  assert.match(text, '### Expected deviations');
  assert.not.match(text, '<script>');
  assert.not.match(text, /^not ok/m);
  assert.not.match(markdownReport(runResult([caseResult()])), '### ');
});

test('every report is written into the folder', async () => {
  const into = join(folder, 'new', 'run');
  await writeReports(into, runResult([failed(), ...everyKind(HOSTILE)]));
  assert.equal((await readdir(into)).sort(), [...REPORT_FILES].sort());
  assert.match(await readFile(join(into, 'results.tap'), 'utf8'), 'TAP version 14');
});

const xmllint = findCommand('xmllint');
test.skipIf(
  xmllint === undefined ? 'xmllint is not installed' : undefined,
  'xmllint accepts the JUnit report',
  async () => {
    const into = join(folder, 'xmllint');
    await writeReports(into, runResult(everyKind(HOSTILE)));
    await execa(xmllint ?? '', ['--noout', join(into, 'junit.xml')]);
  },
);

test.run();
