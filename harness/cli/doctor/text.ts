import { printable, printableLines } from '../../report/escape.ts';
import { paletteFor, type Palette } from '../../report/palette.ts';
import type { Check } from './check.ts';
import type { Examination } from './examine.ts';

const STATE_WIDTH = 8;

/** The examination for people; the last line says whether the default run is possible. */
export const examinationText = (
  { checks, defaultRunPossible }: Examination,
  palette: Palette = paletteFor({}, {}),
): string => {
  const nameWidth = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap((check) => checkLines(check, nameWidth, palette));
  const missing = checks.filter(({ state, neededForDefaultRun }) => state === 'missing' && neededForDefaultRun);
  const verdict = defaultRunPossible
    ? palette.green('`npm start` can run here: Linux in a virtual machine, profile overlay')
    : `${palette.red('`npm start` cannot boot Linux here')}, missing: ${missing.map(({ name }) => name).join(', ')}; it runs the reference in memory instead`;
  return `${[...lines, '', verdict].join('\n')}\n`;
};

const checkLines = (
  { name, state, found, why, remedy, neededForDefaultRun }: Check,
  nameWidth: number,
  palette: Palette,
): string[] => {
  const paint =
    state === 'ok' ? palette.green : state === 'missing' && neededForDefaultRun ? palette.red : palette.yellow;
  const indent = ' '.repeat(STATE_WIDTH + nameWidth + 2);
  const [first = '', ...rest] = printableLines(found);
  const lines = [
    `${paint(state.padEnd(STATE_WIDTH))}${name.padEnd(nameWidth)}  ${first}`,
    ...rest.map((line) => `${indent}${line.trim()}`),
  ];
  if (state === 'ok') return lines;
  if (why !== undefined) lines.push(`${indent}${printable(why)}`);
  if (remedy !== undefined) lines.push(`${indent}${palette.bold(printable(remedy))}`);
  return lines;
};
