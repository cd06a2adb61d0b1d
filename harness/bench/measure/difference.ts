import { diffFields } from '../../packet/field-diff.ts';
import type { WrongFrame } from '../load/receiver.ts';

const SHOWN = 3;

/** In which fields a frame is not what it has to be. */
export const describeDifference = ({ found, expected }: WrongFrame): string => {
  const differences = diffFields(expected, found);
  const shown = differences
    .slice(0, SHOWN)
    .map(({ layer, field, expectedText, actualText }) => `${layer} ${field} ${actualText} instead of ${expectedText}`);
  const more = differences.length > SHOWN ? ` and ${String(differences.length - SHOWN)} more` : '';
  return `${shown.join(', ') || 'a frame that came out before it was sent'}${more}`;
};
