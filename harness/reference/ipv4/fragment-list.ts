import { equalBytes } from '../../packet/bytes.ts';

export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly ecn: number;
}

/** What becomes of a piece that shares bytes with one that is there, and of its packet. */
export type OverlapJudge = (piece: Piece, known: Piece, pieces: readonly Piece[]) => 'ignore' | 'fatal' | 'overwrite';

export const isDuplicate = (piece: Piece, known: Piece): boolean =>
  known.offset === piece.offset && equalBytes(known.bytes, piece.bytes);

/** An exact duplicate is ignored, any other overlap ends the packet. */
export const noOverlap: OverlapJudge = (piece, known) => (isDuplicate(piece, known) ? 'ignore' : 'fatal');

/** Puts a piece into a list sorted by offset. Returns false when it ends the packet; bytes further behind win where pieces share some. */
export const admit = (pieces: Piece[], piece: Piece, judge: OverlapJudge): boolean => {
  const end = piece.offset + piece.bytes.length;
  for (const known of pieces) {
    if (piece.offset >= known.offset + known.bytes.length || known.offset >= end) continue;
    const verdict = judge(piece, known, pieces);
    if (verdict !== 'overwrite') return verdict === 'ignore';
  }
  const index = pieces.findIndex((known) => known.offset > piece.offset);
  // The fragment belongs to a frame that its sender may use again.
  const kept = { ...piece, bytes: piece.bytes.slice() };
  if (index === -1) pieces.push(kept);
  else pieces.splice(index, 0, kept);
  return true;
};
