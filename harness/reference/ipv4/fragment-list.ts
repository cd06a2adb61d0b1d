import { equalBytes } from '../../packet/bytes.ts';

export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly ecn: number;
}

/**
 * Puts a piece into a list sorted by offset. An exact duplicate is ignored. Returns false when the piece overlaps another
 * with `overlapIsFatal`; without it, later bytes simply stand behind earlier ones and win when the pieces are copied.
 */
export const admit = (pieces: Piece[], piece: Piece, overlapIsFatal: boolean): boolean => {
  const end = piece.offset + piece.bytes.length;
  for (const known of pieces) {
    if (known.offset === piece.offset && equalBytes(known.bytes, piece.bytes)) return true;
    if (overlapIsFatal && piece.offset < known.offset + known.bytes.length && known.offset < end) return false;
  }
  const index = pieces.findIndex((known) => known.offset > piece.offset);
  // The fragment belongs to a frame that its sender may use again.
  const kept = { ...piece, bytes: piece.bytes.slice() };
  if (index === -1) pieces.push(kept);
  else pieces.splice(index, 0, kept);
  return true;
};
