import type { InteropResult } from '../../interop/result.ts';
import { VERDICTS } from '../../runner/verdict.ts';
import { durationText } from '../duration.ts';

/** `10 pairs of 4 ends: 9 pass, 1 fail; 1 unexpected; 41.0 s`: an interop run in one line. */
export const interopLine = ({ pairs, ends, skippedEnds, durationMs, interrupted }: InteropResult): string => {
  const counts = VERDICTS.map((verdict) => ({
    verdict,
    count: pairs.filter((pair) => pair.verdict === verdict).length,
  }))
    .filter(({ verdict, count }) => count > 0 || verdict === 'pass')
    .map(({ verdict, count }) => `${String(count)} ${verdict}`)
    .join(', ');
  const unexpected = pairs.filter((pair) => pair.unexpected).length;
  return [
    `${plural(pairs.length, 'pair')} of ${plural(ends.length, 'end')}: ${counts}`,
    ...(unexpected === 0 ? [] : [`${String(unexpected)} unexpected`]),
    ...(skippedEnds.length === 0 ? [] : [`${plural(skippedEnds.length, 'end')} not to be had`]),
    ...(interrupted ? ['cut short'] : []),
    durationText(durationMs),
  ].join('; ');
};

const plural = (count: number, noun: string): string => `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
