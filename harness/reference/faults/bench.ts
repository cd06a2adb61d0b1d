/** Defects of speed and of what is lost on the way, for the model of a device ({@link Performance}): `bench` has to name each. */
import { Proto41Error } from '../../errors.ts';
import { performance, type Performance, type Work } from '../performance.ts';

export interface PerformanceFault {
  readonly name: string;
  readonly requirement: string;
  /** Made anew for every node, because it may remember things. */
  readonly apply: (correct: Performance) => Performance;
}

const RARE = 10_000;
/** One size of those that RFC 5180 lists. */
const SLOW_SIZE_BYTES = 512;
const BURST_FRAMES = 64;
const CACHE_FLOWS = 64;
/** A flow is one as long as its last frame is not further back than this. */
const CURRENT_FRAMES = 600;

const slower =
  (factor: (work: Work) => number): PerformanceFault['apply'] =>
  (is) => ({ ...is, serviceNs: (work) => is.serviceNs(work) * factor(work) });

const isTunnelled = ({ kind }: Work): boolean => kind === 'encap' || kind === 'decap';

/** A table that gets an entry for every far end. */
const remembering = (
  apply: (is: Performance, known: Set<number>) => Partial<Performance>,
): PerformanceFault['apply'] => {
  return (is) => ({ ...is, ...apply(is, new Set<number>()) });
};

export const PERFORMANCE_FAULTS: readonly PerformanceFault[] = [
  {
    name: 'loss-1-in-10000',
    requirement: 'bench.throughput-zero-loss',
    apply: (is) => ({ ...is, copies: (work) => (isTunnelled(work) && work.index % RARE === RARE - 1 ? 0 : 1) }),
  },
  {
    name: 'dup-1-in-10000',
    requirement: 'bench.throughput-zero-loss',
    apply: (is) => ({ ...is, copies: (work) => (isTunnelled(work) && work.index % RARE === RARE - 1 ? 2 : 1) }),
  },
  {
    name: 'burst-drops',
    requirement: 'bench.throughput-zero-loss',
    apply: (is) => {
      let second = 0;
      let left = 0;
      return {
        ...is,
        copies: (work) => {
          const now = Math.floor(work.nowMs / 1000);
          if (now !== second) [second, left] = [now, BURST_FRAMES];
          if (left === 0 || !isTunnelled(work)) return 1;
          left -= 1;
          return 0;
        },
      };
    },
  },
  {
    name: 'slow-at-one-size',
    requirement: 'bench.throughput-zero-loss',
    apply: slower((work) => (isTunnelled(work) && work.frameSizeBytes === SLOW_SIZE_BYTES ? 1.25 : 1)),
  },
  {
    name: 'csum-over-payload',
    requirement: 'bench.throughput-zero-loss',
    apply: (is) => ({
      ...is,
      serviceNs: (work) => is.serviceNs(work) + (isTunnelled(work) ? 80 * work.frameSizeBytes : 0),
    }),
  },
  {
    name: 'worker-pool-reorders',
    requirement: 'bench.throughput-zero-loss',
    apply: (is) => ({ ...is, isOvertaken: (work) => isTunnelled(work) && work.index % 100 === 99 }),
  },
  {
    name: 'decap-twice-as-slow',
    requirement: 'bench.topologies',
    apply: slower(({ kind }) => (kind === 'decap' ? 2 : 1)),
  },
  {
    name: 'shared-lock-directions',
    requirement: 'bench.bidirectional-and-mixes',
    apply: (is) => ({
      ...is,
      next: (waiting, last) => (waiting.includes('P') ? 'P' : is.next(waiting, last)),
    }),
  },
  {
    name: 'flow-cache-thrash',
    requirement: 'bench.scalability',
    apply: remembering((is, cached) => ({
      serviceNs: (work) => {
        const isHit = cached.delete(work.flow);
        cached.add(work.flow);
        if (cached.size > CACHE_FLOWS) for (const oldest of [...cached].slice(0, 1)) cached.delete(oldest);
        return is.serviceNs(work) * (isHit || !isTunnelled(work) ? 1 : 1.6);
      },
    })),
  },
  {
    name: 'quadratic-in-flows',
    requirement: 'bench.scalability',
    apply: (is) => {
      const lastSeen = new Map<number, number>();
      return {
        ...is,
        serviceNs: (work) => {
          if (!isTunnelled(work)) return is.serviceNs(work);
          lastSeen.delete(work.flow);
          lastSeen.set(work.flow, work.index);
          for (const [flow, index] of lastSeen) {
            if (work.index - index < CURRENT_FRAMES) break;
            lastSeen.delete(flow);
          }
          return is.serviceNs(work) + lastSeen.size ** 2 * 2;
        },
      };
    },
  },
  {
    name: 'table-without-bound',
    requirement: 'bench.scalability',
    apply: remembering((_is, known) => ({
      copies: (work) => {
        if (isTunnelled(work)) known.add(work.flow);
        return 1;
      },
      entries: () => ({ peers: known.size }),
    })),
  },
  {
    name: 'first-packet-per-node-lost',
    requirement: 'bench.scalability',
    apply: remembering((_is, known) => ({
      copies: (work) => {
        const isKnown = known.has(work.flow) || !isTunnelled(work);
        known.add(work.flow);
        return isKnown ? 1 : 0;
      },
    })),
  },
];

export const performanceFaultNames: readonly string[] = PERFORMANCE_FAULTS.map(({ name }) => name);

/** The model with these faults. @throws Proto41Error for an unknown one */
export const performanceWith = (names: readonly string[]): Performance =>
  names.reduce((is, name) => {
    const fault = PERFORMANCE_FAULTS.find((each) => each.name === name);
    if (fault === undefined)
      throw new Proto41Error(
        `expected the name of a fault of bench (${performanceFaultNames.join(', ')}), found ${JSON.stringify(name)}`,
        { code: 'PROTO41_UNKNOWN_FAULT' },
      );
    return fault.apply(is);
  }, performance);
