import type { Lab } from '../lab/index.ts';
import { arpProbe, solicitationProbe } from '../tester/probes.ts';
import type { PairLinks } from './links.ts';
import type { PairClock } from './pair-clock.ts';
import { SIDES, type Side } from './result.ts';

const LIMIT_MS = 1000;

/** Asks both nodes what every living node answers, so that one that only does not forward is told from a dead one. */
export const askForLife = async (
  labs: Readonly<Record<Side, Lab>>,
  links: PairLinks,
  clock: PairClock,
): Promise<void> => {
  for (const side of SIDES) {
    links.send(side, 'P', solicitationProbe(labs[side]).frame);
    links.send(side, 'U', arpProbe(labs[side], 'U').frame);
  }
  await clock.until(() => whoIsSilent(links).length === 0, LIMIT_MS);
};

/** The nodes that have sent nothing at all. */
export const whoIsSilent = (links: PairLinks): readonly Side[] =>
  SIDES.filter((side) => !links.ofSide(side).some(({ direction }) => direction === 'outbound'));
