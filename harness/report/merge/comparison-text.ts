import { markdownText, printable } from '../escape.ts';
import { essence } from '../verdict-line.ts';
import type { Change, ChangedCase, Comparison } from './compare-runs.ts';

const TITLES: Readonly<Record<Change, string>> = {
  'newly-failing': 'Newly failing',
  'newly-passing': 'Newly passing',
  'still-failing': 'Failing as before',
  changed: 'Another verdict, as expected as the one before',
  added: 'Not in the baseline',
  removed: 'Only in the baseline',
};
const ORDER = Object.keys(TITLES) as readonly Change[]; // keys of a literal object are exactly its names

/** `2 newly failing, 1 failing as before, 80 unchanged`. */
export const comparisonLine = ({ changes, unchanged }: Comparison): string =>
  [
    ...ORDER.map((change) => ({ change, count: changes.filter((each) => each.change === change).length }))
      .filter(({ change, count }) => count > 0 || change === 'newly-failing')
      .map(({ change, count }) => `${String(count)} ${TITLES[change].toLowerCase()}`),
    `${String(unchanged)} unchanged`,
  ].join(', ');

/** One line for each case that is not as it was. */
export const comparisonLines = (comparison: Comparison): string[] =>
  sections(comparison).flatMap(({ change, title, cases }) => [
    '',
    title,
    ...shownOf(change, cases).map((each) => `  ${printable(caseLine(each))}`),
    ...moreOf(change, cases).map((line) => `  ${line}`),
  ]);

/** A baseline of a part differs in hundreds of cases of which nothing is wrong. */
const SHOWN_AS_EXPECTED = 20;

const shownOf = (change: Change, cases: readonly ChangedCase[]): readonly ChangedCase[] =>
  change === 'added' || change === 'changed' ? cases.slice(0, SHOWN_AS_EXPECTED) : cases;

const moreOf = (change: Change, cases: readonly ChangedCase[]): readonly string[] => {
  const left = cases.length - shownOf(change, cases).length;
  return left === 0 ? [] : [`and ${String(left)} more; \`report --json\` has all`];
};

/** The same for Markdown. */
export const comparisonMarkdown = (comparison: Comparison): string =>
  [
    '### Compared with the baseline',
    '',
    markdownText(comparisonLine(comparison)),
    ...sections(comparison).flatMap(({ change, title, cases }) => [
      '',
      `**${title}**`,
      '',
      ...shownOf(change, cases).map((each) => `- ${markdownText(caseLine(each))}`),
      ...moreOf(change, cases).map((line) => `- ${line}`),
    ]),
    '',
  ].join('\n');

const sections = ({ changes }: Comparison): { change: Change; title: string; cases: readonly ChangedCase[] }[] =>
  ORDER.map((change) => ({
    change,
    title: TITLES[change],
    cases: changes.filter((each) => each.change === change),
  })).filter(({ cases }) => cases.length > 0);

const caseLine = ({ id, profile, before, after }: ChangedCase): string => {
  const way = `${before?.verdict ?? 'absent'} → ${after?.verdict ?? 'absent'}`;
  const why = after === undefined ? '' : essence(after);
  return `${id} [${profile}] ${way}${why === '' ? '' : `: ${why}`}`;
};
