import { countFaults, exitCodeOfScore, type FaultScore } from '../../runner/fault-score/score.ts';
import type { Trial } from '../../runner/fault-score/trial.ts';
import { durationText } from '../duration.ts';
import { paintedExitWord } from '../exit-word.ts';
import { PLAIN, type Palette } from '../palette.ts';

/** `PASS 433 of 433 faults that have a case are caught (100 %); 26.5 s`: the score in one line, with the exit code in a word. */
export const scoreLine = (score: FaultScore, palette: Palette = PLAIN): string => {
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
  return `${paintedExitWord(exitCodeOfScore(score), palette)} ${parts.join('; ')}`;
};

/** What the cases said of a fault that none of them caught. */
export const trialText = ({ results, stopped }: Trial): string => {
  const verdicts = results.map(
    ({ id, verdict, reason }) => `${id} ${verdict}${reason === undefined ? '' : ` (${reason})`}`,
  );
  const end = stopped === undefined ? [] : [`the reference stopped: ${stopped.reason}`];
  return [...verdicts, ...end].join(', ') || 'no result';
};
