import { EXIT } from '../runner/exit-code.ts';
import type { Palette } from './palette.ts';

const WORDS: Readonly<Record<number, string>> = {
  [EXIT.expected]: 'PASS',
  [EXIT.unexpected]: 'FAIL',
  [EXIT.notStarted]: 'STOPPED',
  [EXIT.undecided]: 'INCONCLUSIVE',
  [EXIT.interrupted]: 'INTERRUPTED',
};

/** An exit code in a word, for the line that sums up, so that the two never disagree. */
export const exitWord = (code: number): string => WORDS[code] ?? 'DONE';

const PAINTS: Readonly<Record<number, (palette: Palette) => (text: string) => string>> = {
  [EXIT.expected]: (palette) => palette.green,
  [EXIT.unexpected]: (palette) => palette.red,
  [EXIT.notStarted]: (palette) => palette.red,
  [EXIT.undecided]: (palette) => palette.yellow,
  [EXIT.interrupted]: (palette) => palette.yellow,
};

/** The same in the colours of a run. */
export const paintedExitWord = (code: number, palette: Palette): string =>
  (PAINTS[code]?.(palette) ?? String)(exitWord(code));
