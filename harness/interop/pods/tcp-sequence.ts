/** Arithmetic of sequence numbers modulo 2^32 (RFC 9293 section 3.4). */
export const sequenceAdd = (sequence: number, count: number): number => (sequence + count) >>> 0;

/** How far `later` is ahead of `earlier`; negative when it is behind. */
export const sequenceDistance = (earlier: number, later: number): number => (later - earlier) | 0;
