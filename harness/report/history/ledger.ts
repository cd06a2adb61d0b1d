import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { Proto41Error } from '../../errors.ts';
import type { RunResult } from '../../runner/result.ts';
import { VERDICTS, type Verdict } from '../../runner/verdict.ts';

/** What a run said of one case: one line of the ledger. */
export interface LedgerEntry {
  /** ISO 8601, UTC: when the run began. */
  readonly startedAt: string;
  readonly tool: string;
  readonly target: string;
  /** Tells one build of the target from another; runs of the same one must say the same. */
  readonly targetVersion: string;
  readonly node: string;
  readonly kernelRelease: string;
  readonly profile: string;
  readonly id: string;
  readonly verdict: Verdict;
  /** Evidence file with its folder, where there is one. */
  readonly evidence?: string;
}

const text = v.string();
const entrySchema = v.object({
  startedAt: text,
  tool: text,
  target: text,
  targetVersion: text,
  node: text,
  kernelRelease: text,
  profile: text,
  id: text,
  verdict: v.picklist(VERDICTS),
  evidence: v.exactOptional(text),
});

/** A ledger that cannot be read; names file and line. */
export class LedgerError extends Proto41Error {
  constructor(file: string, line: number, found: string, cause?: unknown) {
    super(
      `${file}, line ${String(line)}: expected an entry of a verdict history (one JSON object a line), found ${found}; name another file`,
      { code: 'LEDGER_INVALID', exitCode: 2, ...(cause === undefined ? {} : { cause }) },
    );
  }
}

/** The entries of a file, oldest first; none when it does not exist yet, but its folder does. Throws LedgerError. */
export const readLedger = async (file: string): Promise<readonly LedgerEntry[]> => {
  const lines = (await contentOf(file)).split('\n');
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [entryOf(file, index + 1, line)]));
};

/** Adds a run to the file, which is made when it does not exist. */
export const appendToLedger = async (file: string, entries: readonly LedgerEntry[]): Promise<void> => {
  await appendFile(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
};

/** A run as entries. `folder` is where its evidence lies. */
export const ledgerEntries = (result: RunResult, targetVersion: string, folder: string): readonly LedgerEntry[] =>
  result.cases.map(({ id, profile, verdict, evidence }) => ({
    startedAt: result.startedAt,
    tool: result.tool.version,
    target: result.target,
    targetVersion,
    node: result.node.node,
    kernelRelease: result.node.kernelRelease ?? '',
    profile,
    id,
    verdict,
    ...(evidence === undefined ? {} : { evidence: `${folder}/${evidence}` }),
  }));

const contentOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // What is told only when the run is over is told too late.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT' && existsSync(dirname(file))) return '';
    throw new LedgerError(file, 1, error instanceof Error ? error.message : String(error), error);
  }
};

const entryOf = (file: string, line: number, content: string): LedgerEntry => {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new LedgerError(file, line, 'no JSON', error);
  }
  const checked = v.safeParse(entrySchema, value);
  if (checked.success) return checked.output;
  throw new LedgerError(file, line, checked.issues[0].message);
};
