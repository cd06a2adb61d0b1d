import type { CaseResult } from '../runner/result.ts';
import { durationText } from './duration.ts';
import { printable } from './escape.ts';
import { paintVerdict, PLAIN, type Palette } from './palette.ts';
import { isExpectedDeviation } from './summary.ts';

const LABEL_WIDTH = 12;

/** What a verdict comes down to, in one line: the first violation, doubt or reason, and how many more there are. */
export const essence = (result: CaseResult): string => {
  if (result.expectation.kind === 'mismatch') return `not as declared: ${result.expectation.reason}`;
  if (result.expectation.kind === 'expected') return `expected deviation: ${result.expectation.reason}`;
  if (result.reason !== undefined && result.verdict !== 'fail' && result.verdict !== 'warn') return result.reason;
  const [violation, ...further] = result.violations;
  if (violation !== undefined) {
    const more = further.length === 0 ? '' : ` (and ${String(further.length)} more)`;
    return `expected ${violation.expected.join(' or ')}, found ${violation.actual}${more}`;
  }
  return result.doubts[0]?.reason ?? result.reason ?? '';
};

/** Whether the verdict is worth a line while the run goes on: everything but a pass that was to be expected. */
export const isNoteworthy = (result: CaseResult): boolean => result.verdict !== 'pass' || result.expectation.unexpected;

/** `fail         encap.df-flag [overlay]  expected ..., found ...`: one verdict in one line. */
export const verdictLine = (result: CaseResult, palette: Palette = PLAIN): string => {
  const label = isExpectedDeviation(result) ? 'expected' : result.verdict;
  const painted = isExpectedDeviation(result)
    ? palette.dim(label.padEnd(LABEL_WIDTH))
    : paintVerdict(palette, result.verdict, label.padEnd(LABEL_WIDTH));
  const name = `${palette.bold(printable(result.id))} ${palette.dim(`[${printable(result.profile)}]`)}`;
  const text = printable(essence(result));
  return text === ''
    ? `${painted} ${name}  ${palette.dim(durationText(result.durationMs))}`
    : `${painted} ${name}  ${text}`;
};
