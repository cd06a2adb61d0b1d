/** Overlaps of fragments that a node wrongly accepts; what comes later then wins. */
import { equalBytes } from '../../packet/bytes.ts';
import type { OverlapJudge, Piece } from '../ipv4/fragment-list.ts';
import { isDuplicate } from '../ipv4/fragment-list.ts';

/** Lets overlaps that meet a condition overwrite what is there. */
const accepting =
  (isAccepted: (...question: Parameters<OverlapJudge>) => boolean) =>
  (is: OverlapJudge): OverlapJudge =>
  (...question) =>
    isAccepted(...question) ? 'overwrite' : is(...question);

export const everyOverlap = accepting((piece, known) => !isDuplicate(piece, known));
export const overlapOfThird = accepting((piece, known, pieces) => pieces.length >= 2 && !isDuplicate(piece, known));
export const overlapUpTo = (lengthBytes: number): ReturnType<typeof accepting> =>
  accepting((piece, known) => {
    const start = Math.max(piece.offset, known.offset);
    const end = Math.min(piece.offset + piece.bytes.length, known.offset + known.bytes.length);
    return end - start <= lengthBytes && !isDuplicate(piece, known);
  });
/** What the two have in common is the same in both. */
export const overlapOfEqualBytes = accepting((piece, known) => {
  const start = Math.max(piece.offset, known.offset);
  const end = Math.min(piece.offset + piece.bytes.length, known.offset + known.bytes.length);
  const part = ({ offset, bytes }: Piece): Uint8Array => bytes.subarray(start - offset, end - offset);
  return equalBytes(part(piece), part(known)) && !isDuplicate(piece, known);
});

/** A fragment inside another one counts as a duplicate of it, whatever it says, as on Linux. */
export const ignoringContained =
  (is: OverlapJudge): OverlapJudge =>
  (piece, known, pieces) => {
    const isContained =
      piece.offset >= known.offset && piece.offset + piece.bytes.length <= known.offset + known.bytes.length;
    return isContained ? 'ignore' : is(piece, known, pieces);
  };
