import { durationText } from '../../report/duration.ts';
import { markdownText, printable } from '../../report/escape.ts';
import { tableLines, wrap, type TextTable } from '../../report/layout.ts';
import { markdownTable } from '../../report/markdown.ts';
import { driverLines, legendLines, noteLines, packetTable, stateTable } from './cells.ts';
import type { OverlaysResult } from './result.ts';

const WIDTH = 150;

/** The comparison for a terminal, with its summary as the last line. */
export const overlaysText = (result: OverlaysResult): string =>
  [
    'What packets pay',
    '',
    ...tableLines(packetTable(result)).map(printable),
    '',
    'What nodes have to know',
    '',
    ...tableLines(stateTable(result)).map(printable),
    '',
    ...linesOf(result).flatMap((line) =>
      wrap(printable(line), WIDTH).map((part, index) => (index === 0 ? part : `  ${part}`)),
    ),
    '',
    summaryLine(result),
    '',
  ].join('\n');

export const overlaysMarkdown = (result: OverlaysResult): string =>
  [
    '## What the alternatives cost',
    '',
    ...markdownOf(packetTable(result)),
    '',
    ...markdownOf(stateTable(result)),
    '',
    ...linesOf(result).map((line) => `- ${markdownText(line)}`),
    '',
    markdownText(summaryLine(result)),
    '',
  ].join('\n');

const linesOf = (result: OverlaysResult): string[] => [
  ...legendLines(result),
  ...driverLines(result),
  ...noteLines(result),
];

const markdownOf = ({ header, rows }: TextTable): string[] =>
  markdownTable(
    header.map(markdownText),
    rows.map((row) => row.map(markdownText)),
  );

const summaryLine = ({ rows, overlays, durationMs, interrupted }: OverlaysResult): string => {
  const whole = rows.filter(({ notMeasured }) => notMeasured.length === 0).length;
  const state = interrupted ? 'interrupted; ' : '';
  return `${state}${String(whole)} of ${String(overlays.length)} overlays measured whole in ${durationText(durationMs)}`;
};
