import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '../runner/result.ts';
import type { EvidenceFrames } from './evidence-frame.ts';
import { ctrfReport } from './ctrf.ts';
import { htmlReport } from './html/html-report.ts';
import { reportedRun } from './html/load-run.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import { sarifReport } from './sarif/run-sarif.ts';
import { tapReport } from './tap.ts';

export const HTML_FILE = 'report.html';
export const SUMMARY_FILE = 'summary.md';

const RENDERERS: Readonly<Record<string, (result: RunResult) => string>> = {
  'results.json': jsonReport,
  'junit.xml': junitReport,
  'results.tap': tapReport,
  [SUMMARY_FILE]: markdownReport,
  'ctrf.json': ctrfReport,
  'results.sarif': sarifReport,
};

/** File names of the reports in a result folder. */
export const REPORT_FILES: readonly string[] = [...Object.keys(RENDERERS), HTML_FILE];

/** Writes every report of a run but the page into a folder, which is made when it does not exist. */
export const writeResultFiles = async (folder: string, result: RunResult): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await Promise.all(Object.entries(RENDERERS).map(([name, render]) => writeFile(join(folder, name), render(result))));
};

/**
 * Writes every report of a run into a folder, which is made when it does not exist; the evidence must lie there already. Returns the
 * frames of the evidence.
 */
export const writeReports = async (folder: string, result: RunResult): Promise<EvidenceFrames> => {
  await writeResultFiles(folder, result);
  const reported = await reportedRun(result, folder, '');
  await writeFile(join(folder, HTML_FILE), htmlReport([reported]));
  return reported.evidence;
};
