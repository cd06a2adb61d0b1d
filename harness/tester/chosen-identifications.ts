import type { NodeSession } from '../node/node.ts';

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

/** Of as many packets in a row no two have the same Identification; half of all there are, so that a free one is soon found. */
const REMEMBERED = 0x8000;

/**
 * Identifications of the packets that the tester sends in fragments. What follows from a mark may be that of a packet which an earlier case
 * never completed, and for whose fragments the node still waits: then it is the next one that is free.
 */
export class Identifications {
  readonly #marks = new Map<number, number>();

  of(mark: number): number {
    let identification = identificationOfMark(mark);
    while ((this.#marks.get(identification) ?? mark) !== mark || ALL.has(identification))
      identification = (identification % 0xffff) + 1;
    this.#marks.delete(identification);
    this.#marks.set(identification, mark);
    const [oldest] = this.#marks.size > REMEMBERED ? this.#marks.keys() : [];
    if (oldest !== undefined) this.#marks.delete(oldest);
    return identification;
  }
}

const bySession = new WeakMap<NodeSession, Identifications>();

/** Those of a node that runs, which keeps fragments whatever profile comes next. */
export const identificationsOf = (session: NodeSession): Identifications => {
  const known = bySession.get(session) ?? new Identifications();
  bySession.set(session, known);
  return known;
};

/** An identification of the mark's own, from 1 to 0xffff, that no case chooses. */
export const identificationOfMark = (mark: number): number => {
  const identification = (mark % 0xffff) + 1;
  // A place far off in the order of marks; none of those is chosen.
  return ALL.has(identification) ? identification ^ 0x2000 : identification;
};
