import { percentText, rateText } from '../numbers.ts';
import type { BenchFinding, BenchMode, Scale, Spread, Throughput } from '../result.ts';
import { spreadOf } from '../statistics.ts';

const REQUIREMENT = 'bench.scalability';
const DEGRADED = 0.15;
/** Also where it shows least, within the interval. */
const NOTICED_IN_ALL = 0.05;
const COLLAPSED = 0.5;

/** (X1 - Xn) / X1 of RFC 8219 section 10. */
export const degradation = (first: number, nth: number): number => (first - nth) / first;

/**
 * Settings that differ in nothing but the number of flows.
 *
 * @param inTurns numbers of flows that were measured in turns; at another time the machine may have been another
 */
export const flowFindings = (all: readonly Throughput[], inTurns: readonly number[]): readonly BenchFinding[] =>
  (['encap', 'decap'] as const satisfies readonly BenchMode[]).flatMap((mode) => {
    const [size] = sizesWithFlows(all, mode);
    const points = all
      .filter(
        (each) =>
          each.mode === mode &&
          each.frameSizeBytes === size &&
          inTurns.includes(each.flows) &&
          each.capacity.median > 0,
      )
      .toSorted((left, right) => left.flows - right.flows);
    const [first, ...others] = points;
    if (first === undefined || others.length === 0) return [];
    const worst = others
      .map(({ capacity }) => ({
        by: degradation(first.capacity.median, capacity.median),
        surelyBy: surelyBy(first.capacity, capacity),
      }))
      .toSorted((left, right) => right.by - left.by)[0];
    // In every repetition, as far as the interval knows: what the machine was busy with then, it was busy with for both.
    if (worst === undefined || worst.by < DEGRADED || worst.surelyBy < NOTICED_IN_ALL) return [];
    const steps = others
      .map(
        ({ flows, capacity }) =>
          `${rateText(flows)}: ${percentText(degradation(first.capacity.median, capacity.median))}`,
      )
      .join(', ');
    return [
      {
        kind: 'cost-grows-with-flows' as const,
        severity: worst.by >= COLLAPSED ? ('fail' as const) : ('notice' as const),
        requirement: REQUIREMENT,
        text: `${mode} slows down with the number of flows: ${rateText(first.capacity.median)} frames/s with ${String(first.flows)}, less by ${steps}`,
      },
    ];
  });

/** The least degradation of the interval, repetition by repetition; the last of both were measured in turns. */
const surelyBy = (first: Spread, nth: Spread): number => {
  const count = Math.min(first.values.length, nth.values.length);
  const before = first.values.slice(-count);
  const degradations = nth.values
    .slice(-count)
    .map((value, repetition) => degradation(before[repetition] ?? 0, value))
    .filter(Number.isFinite);
  return degradations.length === 0 ? 0 : spreadOf(degradations).low;
};

/** Frame sizes measured with more than one number of flows. */
const sizesWithFlows = (all: readonly Throughput[], mode: BenchMode): readonly number[] => {
  const own = all.filter((each) => each.mode === mode);
  return [...new Set(own.map(({ frameSizeBytes }) => frameSizeBytes))].filter(
    (size) => new Set(own.filter((each) => each.frameSizeBytes === size).map(({ flows }) => flows)).size > 1,
  );
};

/** Entries for each further node, above which a table has one for every tenth. */
const ENTRIES_PER_NODE = 0.1;
/** A few are lost in any real network; of a thousand none is. */
const LOST_SHARE = 0.001;
const BYTES_PER_NODE = 64;
const NOTEWORTHY_BYTES = 4 * 1024 * 1024;

/** State that grows with the nodes talked to, and first packets that it costs. */
export const scaleFindings = ({ points }: Pick<Scale, 'points'>): readonly BenchFinding[] => [
  ...growingTables(points),
  ...firstPackets(points),
];

const growingTables = (points: Scale['points']): readonly BenchFinding[] => {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || last.nodes === first.nodes) return [];
  return Object.keys(last.entries).flatMap((table): readonly BenchFinding[] => {
    const grown = (last.entries[table] ?? 0) - (first.entries[table] ?? 0);
    const perNode = grown / (last.nodes - first.nodes);
    const isMemory = table.endsWith('Bytes');
    const isGrowing = isMemory ? perNode > BYTES_PER_NODE && grown > NOTEWORTHY_BYTES : perNode > ENTRIES_PER_NODE;
    if (!isGrowing) return [];
    const counts = points.map(({ nodes, entries }) => `${rateText(nodes)} nodes: ${rateText(entries[table] ?? 0)}`);
    return [
      {
        kind: 'state-grows-with-nodes',
        // Memory is also taken by what happens to go on beside the measurement.
        severity: isMemory ? 'notice' : 'fail',
        requirement: REQUIREMENT,
        text: `"${table}" grows with the number of nodes talked to, without a bound that was reached (${counts.join(', ')})`,
      },
    ];
  });
};

const firstPackets = (points: Scale['points']): readonly BenchFinding[] => {
  const offered = points.flatMap(({ nodes, firstPackets: first, moved }) => [
    { what: `${rateText(nodes)} nodes`, ...first },
    ...(moved === undefined ? [] : [{ what: `${rateText(moved.pods)} pods that had moved`, ...moved.firstPackets }]),
  ]);
  return offered
    .filter(({ sent, delivered }) => sent - delivered > Math.max(1, sent * LOST_SHARE))
    .map(({ what, sent, delivered }) => ({
      kind: 'first-packet-lost',
      severity: 'fail',
      requirement: REQUIREMENT,
      text: `the first packet to each of ${what} got lost for ${rateText(sent - delivered)} of ${rateText(sent)}`,
    }));
};
