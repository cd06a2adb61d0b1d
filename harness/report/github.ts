import { randomUUID } from 'node:crypto';
import type { CaseResult, RunResult } from '../runner/result.ts';
import { printable } from './escape.ts';
import { lookupIn } from './lookup.ts';
import { isNoteworthy, essence } from './verdict-line.ts';

/** GitHub shows no more than ten annotations of a kind in one step. */
const SHOWN_PER_KIND = 10;

/**
 * Workflow commands that make GitHub show what is unexpected, and warnings, beside a run
 * (docs.github.com: workflow commands for GitHub Actions). One line each.
 */
export const githubAnnotations = (result: RunResult): string => {
  const lookup = lookupIn(result);
  const errors = result.cases.filter(({ expectation }) => expectation.unexpected);
  const warnings = result.cases.filter(
    (each) =>
      each.verdict === 'warn' && !each.expectation.unexpected && isNoteworthy(each) && each.expectation.kind === 'none',
  );
  const line = (kind: 'error' | 'warning', each: CaseResult): string => {
    const clause = lookup(each.requirement)?.sources ?? '';
    const title = `${each.verdict} ${each.id} [${each.profile}]`;
    const text = [essence(each), clause, `again: ${each.rerun}`].filter((part) => part !== '').join(' | ');
    return `::${kind} title=${property(title)}::${data(text)}`;
  };
  const shown = [...shownOf('error', errors, line), ...shownOf('warning', warnings, line)];
  return shown.map((each) => `${each}\n`).join('');
};

/** Text in which GitHub looks for no commands: what a target says may begin like one. */
export const withoutCommands = (text: string): string => {
  const token = randomUUID();
  return `::stop-commands::${token}\n${text}::${token}::\n`;
};

const shownOf = (
  kind: 'error' | 'warning',
  cases: readonly CaseResult[],
  line: (kind: 'error' | 'warning', each: CaseResult) => string,
): string[] => {
  if (cases.length <= SHOWN_PER_KIND) return cases.map((each) => line(kind, each));
  const first = cases.slice(0, SHOWN_PER_KIND - 1);
  return [
    ...first.map((each) => line(kind, each)),
    `::${kind} title=Proto41::and ${String(cases.length - first.length)} more, see the report`,
  ];
};

/** What GitHub would read as the end of the command is written as it wants it. */
const data = (text: string): string => printable(text).replaceAll('%', '%25');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
