import { EXIT } from '../../runner/exit-code.ts';

/** How a headline looks: as the exit code has it, so that the page never looks better than the command ended. */
export type Mood = 'good' | 'bad' | 'open';

export const moodOf = (exitCode: number): Mood => {
  if (exitCode === EXIT.expected) return 'good';
  return exitCode === EXIT.undecided || exitCode === EXIT.interrupted ? 'open' : 'bad';
};
