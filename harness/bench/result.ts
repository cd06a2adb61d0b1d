/**
 * What `bench` measures, as it is kept in results.json. Rates are frames per second, times are nanoseconds, sizes are bytes of the
 * whole Ethernet frame on the native side with its FCS (RFC 8219 section 5.1.1), unless a name says otherwise.
 */
import type { NodeName } from '../node/node.ts';

export const BENCH_SCHEMA = 'proto41/bench/1';

/**
 * Which way frames go. `encap` from pods into the tunnel, `decap` out of the tunnel to pods, `both` the two at once with equal load,
 * `native` plain IPv6 through the same node, without the tunnel: the baseline. `mixed` is `both` and `native` at once, `dual` goes through
 * two nodes back to back, into the tunnel at one and out of it at the other (RFC 8219 section 4.2).
 */
export const BENCH_MODES = ['encap', 'decap', 'both', 'native', 'mixed', 'dual'] as const;
export type BenchMode = (typeof BENCH_MODES)[number];

/** Several measurements of one thing, and what may be said of their median. */
export interface Spread {
  /** In the order in which they were measured. */
  readonly values: readonly number[];
  readonly median: number;
  /** Interval of the median that assumes no distribution: two of the values, by their rank. */
  readonly low: number;
  readonly high: number;
  /** How sure the interval is, 0 to 1; less than 0.95 where there are few values. */
  readonly confidence: number;
  /** RFC 8219 section 12: the spread is shown by the 1st and the 99th percentile. */
  readonly percentile1: number;
  readonly percentile99: number;
}

/** What a measurement was made with. */
export interface Setting {
  readonly mode: BenchMode;
  readonly frameSizeBytes: number;
  /** Destination nodes (encapsulation) or source nodes (decapsulation), taken in turn. */
  readonly flows: number;
  /** Share of tunnelled frames, 0 to 1; only with `mixed`. */
  readonly tunnelledShare?: number;
}

/** What limits a rate, in half of the repetitions or more. `tester`: the rate is at least this, because more could not be offered or counted. */
export const LIMITS = ['dut', 'tester'] as const;
export type Limit = (typeof LIMITS)[number];

/** RFC 8219 section 7.1: the highest rate at which every frame came out once, right and in time. One value per repetition. */
export interface Throughput extends Setting {
  /** Sum of all directions. 0 where frames were lost, doubled or damaged at every rate. */
  readonly rate: Spread;
  readonly limit: Limit;
  /** Highest rate of which at most 0.5 % got lost: how fast the node is, whether or not it loses something at every rate. */
  readonly capacity: Spread;
  /** line / (8 * (X + O + 20)), RFC 8219 section 5.1: X frame size, O overhead on the tunnelled side (0 for `native`). */
  readonly theoreticalRate: number;
  /** Throughput of `native` in the same repetition, where there is a baseline; the ratio is made pair by pair. */
  readonly ratioToNative?: Spread;
}

/** What came of the frames of one trial. */
export interface Counts {
  readonly sent: number;
  /** Right, and for the first time. */
  readonly received: number;
  readonly lost: number;
  /** Came out again. */
  readonly duplicated: number;
  /** Came out with a byte that is wrong. */
  readonly corrupted: number;
  /** Came out behind a later one of its flow (RFC 4737). */
  readonly reordered: number;
  /** Fragments of outer packets, Packet Too Big and other ICMP errors: nothing of that belongs into a trial. */
  readonly fragments: number;
  readonly errors: number;
}

/** RFC 2544 section 26.3: the loss at falling rates. */
export interface LossCurve extends Setting {
  readonly points: readonly LossPoint[];
}

export interface LossPoint {
  readonly offeredRate: number;
  /** Offered rate in relation to the capacity that was found, e.g. 0.9. */
  readonly load: number;
  readonly counts: Counts;
  /** Of frames sent, 0 to 1. */
  readonly lossRatio: number;
  readonly seconds: number;
}

/** A histogram of delays; the last bin has no upper end. */
export interface Histogram {
  /** Upper ends of the bins in ascending order, nanoseconds, logarithmic; one less than there are counts. */
  readonly upperNs: readonly number[];
  readonly counts: readonly number[];
}

/** Delays at one load. Each spread has one value per repetition (RFC 8219 sections 7.2 and 7.3). */
export interface Latency extends Setting {
  readonly offeredRate: number;
  /** In relation to the throughput: 1 is what RFC 8219 asks for. */
  readonly load: number;
  readonly frames: number;
  readonly minimumNs: Spread;
  /** Typical latency: the median. */
  readonly typicalNs: Spread;
  readonly percentile99Ns: Spread;
  /** Worst case latency: the 99.9th percentile. */
  readonly worstCaseNs: Spread;
  /** Packet delay variation: 99.9th percentile minus minimum (RFC 8219 section 7.3.1). */
  readonly pdvNs: Spread;
  /** Inter-packet delay variation: 99th percentile of the absolute differences of neighbours (RFC 8219 section 7.3.2). */
  readonly ipdvNs: Spread;
  /** Of all repetitions together. */
  readonly histogram: Histogram;
}

/** Cost and state with many nodes (RFC 8219 section 10). */
export interface Scale {
  readonly frameSizeBytes: number;
  readonly points: readonly ScalePoint[];
  /** Whether what `stats` of the target said covers tables; else the state is unknown, which is no proof that it does not grow. */
  readonly stateKnown: boolean;
}

export interface ScalePoint {
  /** Nodes talked to, each by one destination. */
  readonly nodes: number;
  /** What happened to the first packet to each node. */
  readonly firstPackets: { readonly sent: number; readonly delivered: number };
  /** Highest rate with at most 0.5 % loss, all nodes in turn; undefined where it was not measured. */
  readonly capacity?: Spread;
  /** (X1 - Xn) / X1 in percent. */
  readonly degradationPercent?: number;
  /** Entries of each table of the target after the nodes were talked to. */
  readonly entries: Readonly<Record<string, number>>;
  /** The same after pods had moved to other nodes; with how many did. */
  readonly moved?: {
    readonly pods: number;
    readonly firstPackets: ScalePoint['firstPackets'];
    readonly entries: Readonly<Record<string, number>>;
  };
}

/** RFC 2544 would call it the calibration: what the tester can do without a DUT. */
export interface Qualification {
  /** What stood in the place of the DUT, e.g. `a pair of veth devices`. */
  readonly path: string;
  readonly rates: readonly { readonly frameSizeBytes: number; readonly rate: number }[];
}

export const FLOOR_VERDICTS = ['pass', 'fail', 'undecided', 'inconclusive'] as const;
export type FloorVerdict = (typeof FLOOR_VERDICTS)[number];

/** A throughput that is demanded, and whether it was reached. */
export interface FloorResult extends Setting {
  /** As demanded: frames per second, or in relation to `native` at the same size. */
  readonly floor: { readonly kind: 'rate' | 'ratio'; readonly value: number };
  /** Where the demand comes from: `--floor` or the file of the target. */
  readonly source: string;
  readonly measured: Spread;
  /** The interval of the median is above the floor (pass), below it (fail), or on both sides (undecided). */
  readonly verdict: FloorVerdict;
  /** Why it is inconclusive or undecided, or what a pass is in relation to. */
  readonly reason?: string;
}

export const FINDING_KINDS = [
  'loss-at-any-rate',
  'loss-in-bursts',
  'duplicates',
  'corruption',
  'reordering',
  'slow-at-one-size',
  'cost-per-byte',
  'cost-grows-with-flows',
  'state-grows-with-nodes',
  'first-packet-lost',
  'directions-differ',
  'direction-starves',
  'fragments-or-errors',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Something about the DUT that its numbers show. */
export interface BenchFinding {
  readonly kind: FindingKind;
  /** `fail`: a defect whatever the machine. `notice`: worth knowing; whether it matters is for the reader to say. */
  readonly severity: 'fail' | 'notice';
  readonly requirement: string;
  /** Where it shows, when it is one setting. */
  readonly setting?: Setting;
  /** One sentence with the numbers. */
  readonly text: string;
}

/** What the run says of one requirement of the area `bench`. */
export interface BenchRequirement {
  readonly requirement: string;
  readonly verdict: 'pass' | 'warn' | 'fail' | 'skip' | 'inconclusive';
  /** What was done, or what was not and why. */
  readonly text: string;
}

export interface BenchMethod {
  readonly quick: boolean;
  readonly seed: string;
  readonly frameSizesBytes: readonly number[];
  readonly modes: readonly BenchMode[];
  readonly repetitions: number;
  /** Load of a trial while searching, and of the final one of each repetition. */
  readonly searchSeconds: number;
  readonly finalSeconds: number;
  readonly settleSeconds: number;
  readonly drainSeconds: number;
  readonly restSeconds: number;
  /** The search ends when the rate is known this well, e.g. 0.02. */
  readonly resolution: number;
  readonly overheadBytes: number;
  /** What carries the frames; there is no physical line. */
  readonly medium: string;
  /** Line rate of the theoretical maximum. */
  readonly lineBitsPerSecond: number;
  /** `store-and-forward`: from the moment a frame was handed to the wire until it had come out whole. */
  readonly timing: 'store-and-forward';
  /** Whether time and cost are those of a model, which says nothing about any machine. */
  readonly modelled: boolean;
}

export interface BenchMachine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly runtime: string;
  /** Load average of a minute before and after. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

export interface BenchResult {
  readonly schema: typeof BENCH_SCHEMA;
  readonly tool: { readonly name: 'proto41'; readonly version: string };
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly interrupted: boolean;
  /** Why it ended before its time, by itself. */
  readonly stopped?: string;
  readonly command: readonly string[];
  readonly machine: BenchMachine;
  readonly target: {
    readonly name: string;
    readonly node: NodeName;
    readonly kernelRelease?: string;
    readonly accelerator?: string;
    readonly wire?: string;
  };
  readonly profile: { readonly name: string; readonly text: string };
  readonly method: BenchMethod;
  readonly tester: Qualification;
  /** In the order measured; `native` among them where there is a baseline. */
  readonly throughput: readonly Throughput[];
  readonly curves: readonly LossCurve[];
  readonly latency: readonly Latency[];
  readonly scale?: Scale;
  readonly floors: readonly FloorResult[];
  readonly findings: readonly BenchFinding[];
  readonly requirements: readonly BenchRequirement[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}
