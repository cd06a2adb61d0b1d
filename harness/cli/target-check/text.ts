import { printableLines } from '../../report/escape.ts';
import type { Palette } from '../../report/palette.ts';
import type { Step } from './step.ts';

const STATE_WIDTH = 9;
const NAME_WIDTH = 24;

/** One step, as it is shown when it is done. */
export const stepText = ({ name, state, found, remedy }: Step, palette: Palette): string => {
  const paint = { ok: palette.green, failed: palette.red, skipped: palette.dim }[state];
  const [first = '', ...rest] = printableLines(found);
  const indent = ' '.repeat(STATE_WIDTH + NAME_WIDTH);
  return [
    `${paint(state.padEnd(STATE_WIDTH))}${name.padEnd(NAME_WIDTH)}${first}`,
    ...rest.map((line) => `${indent}${line}`),
    ...(remedy === undefined ? [] : [`${indent}${palette.bold(remedy)}`]),
    '',
  ].join('\n');
};

/** The line that ends the check. */
export const summaryText = (target: string, steps: readonly Step[], palette: Palette): string => {
  const count = steps.filter(({ state }) => state === 'failed').length;
  return count === 0
    ? `\n${palette.green('OK')} ${target} keeps the contract of a target\n`
    : `\n${palette.red('FAIL')} ${target}: ${String(count)} of ${String(steps.length)} steps failed\n`;
};
