import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InteropResult } from '../../interop/result.ts';
import { interopPage } from '../html/interop-page.ts';
import { readEvidence } from '../html/load-run.ts';

const HTML_FILE = 'interop.html';

/** Writes the page of an interop run into its folder, in which the evidence lies already. */
export const writeInteropPage = async (folder: string, result: InteropResult, exitCode: number): Promise<void> => {
  const told = result.pairs.filter(({ findings }) => findings.length > 0).map(({ evidence }) => evidence);
  await writeFile(join(folder, HTML_FILE), interopPage(result, exitCode, await readEvidence(folder, told)));
};
