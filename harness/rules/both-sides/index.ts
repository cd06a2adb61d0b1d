import { deliveryRules } from './delivery.ts';
import { headerFieldRules } from './header-fields.ts';
import { innerUnchangedRules } from './inner-unchanged.ts';
import type { PairRule } from './pair.ts';

const catalogueOrder = (left: PairRule, right: PairRule): number => (left.requirement < right.requirement ? -1 : 1);

/** Every rule that compares what came out with what went in, in the order of the catalogue. */
export const PAIR_RULES: readonly PairRule[] = [...deliveryRules, ...headerFieldRules, ...innerUnchangedRules].toSorted(
  catalogueOrder,
);
