import type { CaseResult } from '../runner/result.ts';
import { printable } from './escape.ts';
import { wrap } from './layout.ts';

const REASON_WIDTH = 116;

/** Declared deviations that showed as declared: each reason once, and below it the cases with the profiles that show it. */
export const deviationLines = (results: readonly CaseResult[]): string[] => {
  const byReason = new Map<string, Map<string, { readonly verdict: string; readonly profiles: string[] }>>();
  for (const { id, profile, verdict, expectation } of results) {
    if (expectation.kind !== 'expected') continue;
    const reason = `${expectation.reason}${expectation.link === undefined ? '' : ` (${expectation.link})`}`;
    const cases = byReason.get(reason) ?? new Map<string, { readonly verdict: string; readonly profiles: string[] }>();
    const key = `${id} ${verdict}`;
    const shown = cases.get(key) ?? { verdict, profiles: [] };
    shown.profiles.push(profile);
    cases.set(key, shown);
    byReason.set(reason, cases);
  }
  return [...byReason].flatMap(([reason, cases]) => [
    ...wrap(printable(reason), REASON_WIDTH).map((line) => `  ${line}`),
    ...[...cases].map(([key, { profiles }]) => printable(`      ${key} [${profiles.join(', ')}]`)),
  ]);
};
