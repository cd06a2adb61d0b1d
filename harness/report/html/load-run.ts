import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { CaptureError, readCaptureFile } from '../../capture/index.ts';
import { Proto41Error } from '../../errors.ts';
import type { RunResult } from '../../runner/result.ts';
import { checkedResult } from '../../runner/result-schema.ts';
import type { EvidenceFrame, EvidenceFrames } from '../evidence-frame.ts';
import type { ReportedRun } from './reported-run.ts';

/** A result folder for the report. Throws Proto41Error (`RESULTS_INVALID`, exit 2) when its results.json is missing or is none. */
export const loadRun = async (folder: string, linkPrefix: string): Promise<ReportedRun> => {
  const file = join(folder, 'results.json');
  return reportedRun(checkedResult(await readJson(file)), folder, linkPrefix);
};

/** A result with the evidence that lies in its folder. */
export const reportedRun = async (result: RunResult, folder: string, linkPrefix: string): Promise<ReportedRun> => {
  // Of what passed nothing is drawn; its captures may be many and large.
  const drawn = result.cases.filter(({ verdict, violations }) => verdict !== 'pass' || violations.length > 0);
  const files = drawn.flatMap((each) => [each.evidence, ...each.violations.map((violation) => violation.evidence)]);
  return { result, linkPrefix, evidence: await readEvidence(folder, files) };
};

/** The frames of evidence files; what is missing, or cannot be read, is left out. */
export const readEvidence = async (folder: string, files: readonly (string | undefined)[]): Promise<EvidenceFrames> => {
  const evidence = new Map<string, readonly EvidenceFrame[]>();
  for (const file of new Set(files)) {
    const frames = file === undefined || !isInside(file) ? undefined : await readFrames(join(folder, file));
    if (file !== undefined && frames !== undefined) evidence.set(file, frames);
  }
  return evidence;
};

/** A result may come from anywhere; it must not name files outside its folder. */
const isInside = (file: string): boolean => !isAbsolute(file) && !file.split(/[\\/]/).includes('..');

const readJson = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Proto41Error(
      `Expected a result folder with a readable results.json, found ${file}: ${error instanceof Error ? error.message : String(error)}`,
      { code: 'RESULTS_INVALID', exitCode: 2, cause: error },
    );
  }
};

/** A report without its evidence is still a report: what cannot be read is left out and the link stays. */
const readFrames = async (file: string): Promise<readonly EvidenceFrame[] | undefined> => {
  const frames: EvidenceFrame[] = [];
  try {
    for await (const { index, interfaceName, direction, timestampNs, bytes } of readCaptureFile(file))
      frames.push({ number: index + 1, port: interfaceName ?? '?', direction, timestampNs, bytes });
    return frames;
  } catch (error) {
    if (error instanceof CaptureError) return undefined;
    throw error;
  }
};
