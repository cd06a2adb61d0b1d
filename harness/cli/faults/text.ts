import { durationText } from '../../report/duration.ts';
import { printable } from '../../report/escape.ts';
import { tableLines, wrap } from '../../report/layout.ts';
import type { Palette } from '../../report/palette.ts';
import { EXIT } from '../../runner/exit-code.ts';
import {
  countFaults,
  countsByArea,
  exitCodeOfScore,
  type FaultCounts,
  type FaultScore,
  type MeasuredFault,
} from '../../runner/fault-score/score.ts';
import type { Trial } from '../../runner/fault-score/trial.ts';

export interface ScoreTextOptions {
  readonly palette: Palette;
  /** Also what caught each fault. */
  readonly verbose: boolean;
}

const LIST_WIDTH = 110;

/** The fault score for people: a table by area, each hole in it, and one line that sums it up. */
export const scoreText = (score: FaultScore, { palette, verbose }: ScoreTextOptions): string => {
  const { faults, casesThatNoFaultFails = [] } = score;
  const [titles = '', ...body] = countTable(score);
  const sections = [
    verbose ? faults.flatMap(caughtLines) : [],
    [palette.bold(titles), ...body],
    faults.flatMap((fault) => survivorLines(fault, palette)),
    lackingLines(score, palette),
    listed('Cases that no fault of their requirement fails:', casesThatNoFaultFails, palette),
    [summaryLine(score, palette)],
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

const trialText = ({ results, stopped }: Trial): string => {
  const verdicts = results.map(
    ({ id, verdict, reason }) => `${id} ${verdict}${reason === undefined ? '' : ` (${reason})`}`,
  );
  const end = stopped === undefined ? [] : [`the reference stopped: ${stopped.reason}`];
  return [...verdicts, ...end].join(', ') || 'no result';
};

const listed = (title: string, names: readonly string[], palette: Palette): string[] =>
  names.length === 0 ? [] : [palette.bold(title), ...names.map((name) => `  ${printable(name)}`)];

const summaryLine = (score: FaultScore, palette: Palette): string => {
  const { caught, survived, withoutCase, lacking } = countFaults(score);
  const withCase = caught + survived;
  // Rounded down: 100 % is said only when it is true.
  const percent = withCase === 0 ? '' : ` (${String(Math.floor((100 * caught) / withCase))} %)`;
  const parts = [
    `${String(caught)} of ${String(withCase)} faults that have a case are caught${percent}`,
    ...(withoutCase === 0 ? [] : [`${String(withoutCase)} without a case`]),
    ...(lacking === 0 ? [] : [`${String(lacking)} not in the reference`]),
    ...(score.interrupted ? [`interrupted after ${String(score.faults.length)} of ${String(score.planned)}`] : []),
    durationText(score.durationMs),
  ];
  return `${outcomeText(score, palette)} ${parts.join('; ')}`;
};

/** The exit code in a word, as `run` has them. */
const WORDS: Readonly<Record<number, readonly [word: string, paint: (palette: Palette) => (text: string) => string]>> =
  {
    [EXIT.expected]: ['PASS', (palette) => palette.green],
    [EXIT.unexpected]: ['FAIL', (palette) => palette.red],
    [EXIT.undecided]: ['INCONCLUSIVE', (palette) => palette.yellow],
    [EXIT.interrupted]: ['INTERRUPTED', (palette) => palette.yellow],
  };

const outcomeText = (score: FaultScore, palette: Palette): string => {
  const [word, paint] = WORDS[exitCodeOfScore(score)] ?? ['DONE', () => String];
  return paint(palette)(word);
};

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
