import { counted } from '../counted.ts';
import type { InteropResult, PairResult } from '../../interop/result.ts';
import { VERDICTS } from '../../runner/verdict.ts';
import { durationText } from '../duration.ts';
import type { ShownVerdict } from '../shown-verdict.ts';

/** `10 pairs of 4 ends: 9 pass, 1 fail; 1 unexpected; 41.0 s`: an interop run in one line. */
export const interopLine = ({ pairs, ends, skippedEnds, durationMs, interrupted }: InteropResult): string => {
  // Declared deviations are no failures, as in the matrix.
  const verdictOf = ({ verdict, unexpected }: PairResult): ShownVerdict =>
    verdict === 'fail' && !unexpected ? 'expected' : verdict;
  const counts = [...VERDICTS, 'expected' as const]
    .map((verdict) => ({ verdict, count: pairs.filter((pair) => verdictOf(pair) === verdict).length }))
    .filter(({ verdict, count }) => count > 0 || verdict === 'pass')
    .map(({ verdict, count }) => `${String(count)} ${verdict === 'expected' ? 'with expected deviations' : verdict}`)
    .join(', ');
  const unexpected = pairs.filter((pair) => pair.unexpected).length;
  return [
    `${counted(pairs.length, 'pair')} of ${counted(ends.length, 'end')}: ${counts}`,
    ...(unexpected === 0 ? [] : [`${String(unexpected)} unexpected`]),
    ...(skippedEnds.length === 0 ? [] : [`${counted(skippedEnds.length, 'end')} not to be had`]),
    ...(interrupted ? ['cut short'] : []),
    durationText(durationMs),
  ].join('; ');
};
