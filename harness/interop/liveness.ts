import type { Lab } from '../lab/index.ts';
import { arpProbe, solicitationProbe } from '../tester/probes.ts';
import type { PairLinks } from './links.ts';
import type { PairClock } from './pair-clock.ts';
import { SIDES, type Side } from './result.ts';

const LIMIT_MS = 2000;

/**
 * Asks both nodes what every living node answers, behind everything else that they got, so that one that does not forward is told from one
 * that is dead or has not come to it yet.
 *
 * @returns the nodes that did not answer
 */
export const whoIsSilent = async (
  labs: Readonly<Record<Side, Lab>>,
  links: PairLinks,
  clock: PairClock,
): Promise<readonly Side[]> => {
  const from = links.nextNumber;
  const probes = SIDES.map((side) => ({ side, asked: [solicitationProbe(labs[side]), arpProbe(labs[side], 'U')] }));
  for (const { side, asked } of probes)
    for (const { port, frame } of asked) links.send(side, port === 'P' ? 'P' : 'U', frame);
  const silent = (): readonly Side[] => {
    const answers = links.frames.slice(from - 1).filter(({ direction }) => direction === 'outbound');
    return probes
      .filter(
        ({ side, asked }) =>
          !answers.some((frame) => frame.side === side && asked.some((probe) => probe.isAnswer(frame))),
      )
      .map(({ side }) => side);
  };
  await clock.until(() => silent().length === 0, LIMIT_MS);
  return silent();
};
