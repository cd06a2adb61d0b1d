import { resolve } from 'node:path';
import { printable } from '../report/escape.ts';
import { changeLines, changesSince, withFlaky } from '../report/history/flaky.ts';
import { appendToLedger, ledgerEntries, type LedgerEntry } from '../report/history/ledger.ts';
import { targetVersionOf } from '../report/history/target-version.ts';
import type { RunResult } from '../runner/result.ts';
import { loadTarget } from '../target/load-target.ts';
import type { RunFlags } from './run-flags.ts';
import type { Terminal } from './terminal.ts';

/**
 * Compares a run with the history of verdicts, read from the file that `--history` names, and adds it there. A case on which two runs of the same build
 * disagree is inconclusive in the result that comes back; what is otherwise for another build is listed.
 */
export const withHistory = async (
  terminal: Terminal,
  flags: RunFlags,
  ledger: readonly LedgerEntry[],
  result: RunResult,
  folder: string,
): Promise<RunResult> => {
  if (flags.history === undefined) return result;
  const target = await loadTarget(result.target);
  const version = await targetVersionOf(target.folder, flags.targetVersion ?? '');
  const changes = changesSince(ledger, result, version);
  // What was seen, not what it was made of: the next run compares with the verdict itself.
  await appendToLedger(flags.history, ledgerEntries(result, version, resolve(folder)));
  const lines = changeLines(changes);
  if (lines.length > 0 && flags.quiet !== true)
    terminal.err(
      `Other than in the last run of another build:\n${lines.map((line) => `  ${printable(line)}\n`).join('')}`,
    );
  return withFlaky(result, changes);
};
