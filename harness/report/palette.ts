import { createColors } from 'picocolors';
import type { Verdict } from '../runner/verdict.ts';

/** Paint for one stream; without colours every function returns its text as it is. */
export type Palette = ReturnType<typeof createColors>;

export const PLAIN: Palette = createColors(false);

/** Whether a stream gets colours: https://no-color.org and FORCE_COLOR come before what the stream is. */
export const wantsColors = (stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean => {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  if ((environment['FORCE_COLOR'] ?? '') !== '') return environment['FORCE_COLOR'] !== '0';
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
};

export const paletteFor = (stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Palette =>
  createColors(wantsColors(stream, environment));

const PAINTS: Readonly<Record<Verdict, (palette: Palette) => (text: string) => string>> = {
  pass: (palette) => palette.green,
  fail: (palette) => palette.red,
  warn: (palette) => palette.yellow,
  skip: (palette) => palette.dim,
  inconclusive: (palette) => palette.magenta,
  error: (palette) => palette.red,
};

export const paintVerdict = (palette: Palette, verdict: Verdict, text: string): string =>
  PAINTS[verdict](palette)(text);
