import type { CaseResult, RunResult } from '../runner/result.ts';
import { VERDICTS } from '../runner/verdict.ts';
import { policyLines } from './configuration.ts';
import { markdownText } from './escape.ts';
import { isExpectedDeviation, summarize } from './summary.ts';
import { essence } from './verdict-line.ts';
import { summaryLine } from './console.ts';

/** The run as a Markdown page, for a job summary or a pull request. */
export const markdownReport = (result: RunResult): string => {
  const summary = summarize(result);
  const areaRows = [...summary.areas, { area: 'all', ...summary }].map(({ area, counts, expectedDeviations }) => [
    markdownText(area),
    ...VERDICTS.map((verdict) => String(counts[verdict])),
    String(expectedDeviations),
  ]);
  return [
    '## Proto41',
    '',
    markdownText(summaryLine(result)),
    '',
    ...policyLines(result).flatMap((line) => [markdownText(`Policies of ${result.target}: ${line}`), '']),
    ...markdownTable(['area', ...VERDICTS, 'expected deviations'], areaRows),
    ...section(
      'Unexpected',
      result.cases.filter((each) => each.expectation.unexpected),
    ),
    ...section('Expected deviations', result.cases.filter(isExpectedDeviation)),
    '',
  ].join('\n');
};

const section = (title: string, cases: readonly CaseResult[]): string[] =>
  cases.length === 0
    ? []
    : [
        '',
        `### ${title}`,
        '',
        ...markdownTable(
          ['case', 'profile', 'verdict', 'what'],
          cases.map((each) => [each.id, each.profile, each.verdict, essence(each)].map(markdownText)),
        ),
      ];

/** Cells as they are: what is not the report's own text goes through `markdownText` first. */
export const markdownTable = (header: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
