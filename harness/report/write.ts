import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '../runner/result.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import { tapReport } from './tap.ts';

/** File names of the reports in a result folder. */
export const REPORT_FILES = ['results.json', 'junit.xml', 'results.tap', 'summary.md'] as const;

const RENDERERS: Readonly<Record<(typeof REPORT_FILES)[number], (result: RunResult) => string>> = {
  'results.json': jsonReport,
  'junit.xml': junitReport,
  'results.tap': tapReport,
  'summary.md': markdownReport,
};

/** Writes every report of a run into a folder, which is made when it does not exist. */
export const writeReports = async (folder: string, result: RunResult): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await Promise.all(REPORT_FILES.map((name) => writeFile(join(folder, name), RENDERERS[name](result))));
};
