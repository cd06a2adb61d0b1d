import { printable } from '../../report/escape.ts';
import { scoreLine, trialText } from '../../report/faults/score-line.ts';
import { tableLines, wrap } from '../../report/layout.ts';
import type { Palette } from '../../report/palette.ts';
import {
  countFaults,
  countsByArea,
  type FaultCounts,
  type FaultScore,
  type MeasuredFault,
} from '../../runner/fault-score/score.ts';

export interface ScoreTextOptions {
  readonly palette: Palette;
  /** Also what caught each fault. */
  readonly verbose: boolean;
  /** Where the report was written, as the user would type it. */
  readonly folder?: string;
}

const LIST_WIDTH = 110;

/** The fault score for people: a table by area, each hole in it, and one line that sums it up. */
export const scoreText = (score: FaultScore, { palette, verbose, folder }: ScoreTextOptions): string => {
  const { faults, casesThatNoFaultFails = [] } = score;
  const [titles = '', ...body] = countTable(score);
  const sections = [
    verbose ? faults.flatMap(caughtLines) : [],
    [palette.bold(titles), ...body],
    faults.flatMap((fault) => survivorLines(fault, palette)),
    lackingLines(score, palette),
    listed('Cases that no fault of their requirement fails:', casesThatNoFaultFails, palette),
    [`${scoreLine(score, palette)}${folder === undefined ? '' : `; report in ${printable(folder)}`}`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
};

const countTable = (score: FaultScore): string[] => {
  const cells = ({ faults, caught, survived, withoutCase, lacking }: FaultCounts): string[] =>
    [faults, caught, survived, withoutCase, lacking].map((count) => (count === 0 ? '.' : String(count)));
  return tableLines({
    header: ['area', 'faults', 'caught', 'survived', 'without a case', 'not in the reference'],
    rows: [
      ...countsByArea(score).map((counts) => [counts.area, ...cells(counts)]),
      ['all', ...cells(countFaults(score))],
    ],
    numeric: [1, 2, 3, 4, 5],
  });
};

const caughtLines = ({ name, outcome }: MeasuredFault): string[] =>
  outcome.kind === 'caught'
    ? [`caught  ${printable(name)} [${printable(outcome.profile)}]  by ${outcome.cases.map(printable).join(', ')}`]
    : [];

const survivorLines = ({ name, requirement, defect, outcome }: MeasuredFault, palette: Palette): string[] => {
  if (outcome.kind !== 'survived') return [];
  const trials = outcome.trials.map((trial) => `  ${printable(trial.profile)}: ${printable(trialText(trial))}`);
  return [
    `${palette.red('survived')} ${printable(name)} of ${printable(requirement)}: ${printable(defect)}`,
    ...(trials.length > 0 ? trials : ['  no profile of the score runs its cases']),
  ];
};

const listed = (title: string, names: readonly string[], palette: Palette): string[] =>
  names.length === 0 ? [] : [palette.bold(title), ...names.map((name) => `  ${printable(name)}`)];

/** One line per area, broken where it gets long. */
const lackingLines = ({ lacking }: FaultScore, palette: Palette): string[] => {
  if (lacking.length === 0) return [];
  const lines = [...new Set(lacking.map(({ area }) => area))].flatMap((area) => {
    const names = lacking.filter((fault) => fault.area === area).map(({ name }) => name);
    return wrap(`${area}: ${names.join(', ')}`, LIST_WIDTH).map(
      (line, index) => `${index === 0 ? '  ' : '    '}${printable(line)}`,
    );
  });
  return [palette.bold('Faults of the catalogue that the reference does not have:'), ...lines];
};
