/**
 * Identifications that cases choose themselves. Those that follow from marks leave them out: a device may still hold fragments of packets
 * that an earlier case never completed, and would take these for more of them.
 */
export const CHOSEN_IDENTIFICATIONS = {
  /** The first one, and others that differ from it in one bit each. */
  keyed: [0x5a5a, 0x5a5b, 0x5b5a, 0xda5a],
  ofTwoSenders: 0x7b7b,
  besideFragments: 0x6864,
} as const;

const ALL: ReadonlySet<number> = new Set(Object.values(CHOSEN_IDENTIFICATIONS).flat());

/** An identification of the mark's own, from 1 to 0xffff, that no case chooses. */
export const identificationOfMark = (mark: number): number => {
  const identification = (mark % 0xffff) + 1;
  // A place far off in the order of marks; none of those is chosen.
  return ALL.has(identification) ? identification ^ 0x2000 : identification;
};
