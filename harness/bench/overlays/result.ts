/**
 * What `bench overlays` measures, as it is kept in overlays.json. Rates are packets per second, times are nanoseconds unless a name
 * says otherwise. What could not be measured is not there, and `notMeasured` of its row says why.
 */
import type { BenchMachine, Spread } from '../result.ts';
import type { OverlayId } from './overlay.ts';

export const OVERLAYS_SCHEMA = 'proto41/bench-overlays/1';

/** One thing measured both ways, in turns, in the same machine. */
export interface Comparison {
  /** On the side of the pods, with FCS (RFC 8219 section 5.1.1). */
  readonly frameSizeBytes: number;
  /** Native IPv6 between the same two nodes. */
  readonly native: Spread;
  readonly overlay: Spread;
  /** Of each pair. */
  readonly ratio: Spread;
}

/**
 * How many packets the two nodes carry in a second. `processor` is by the time that the processor of the machine needs for a packet,
 * through both nodes: what it carries where nothing else is the limit, and nearly independent of what this machine does beside.
 * `clock` is what came out by the clock, which the tester and other programs limit as well.
 */
export interface ThroughputComparison {
  /** Absent where this machine does not tell. */
  readonly processor?: Comparison;
  readonly clock: Comparison;
  /** Of all packets of all trials through the overlay; there are never more on their way than come out, so none should be lost. */
  readonly sent: number;
  readonly lost: number;
}

export const ENTRY_KINDS = [
  'devices',
  'routes',
  'neighbours',
  'forwarding',
  'peers',
  'prefixes of peers',
  'rules',
  'UDP ports',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];
/** Kinds of which there are none are left out. */
export type EntryCounts = Readonly<Partial<Record<EntryKind, number>>>;

export interface Entries {
  readonly nodes: number;
  readonly podsPerNode: number;
  /** Of a node that knows no other yet. */
  readonly alone: EntryCounts;
  /** Of a node that knows all others, as its own tables list them. */
  readonly all: EntryCounts;
  readonly total: number;
}

export const EVENT_IDS = ['node-joins', 'pod-starts', 'pod-moves-new-address', 'pod-moves-same-address'] as const;
export type EventId = (typeof EVENT_IDS)[number];

/** A change of the cluster, as a node meets it that has no part in it. */
export interface ClusterEvent {
  readonly event: EventId;
  /** Why it cannot be done; then nothing else is there. */
  readonly impossible?: string;
  /** Changes that the kernel of the node reported to `ip monitor`, `bridge monitor` and `nft monitor`. */
  readonly messages?: number;
  /** Differences of its tables before and after. */
  readonly entriesAdded?: number;
  readonly entriesRemoved?: number;
  /** From the beginning until the last of `nodes` nodes had it: one after the other, by the programs of the system. */
  readonly untilAllMs?: number;
  /** What of that was work of the machine's processor; absent where this machine does not tell. */
  readonly workMs?: number;
  readonly nodes?: number;
}

export type BeyondMtu = 'packet too big' | 'fragments' | 'dropped without a word' | 'carried whole';

export interface OverlayRow {
  readonly id: OverlayId;
  readonly title: string;
  readonly driver: string;
  /** Bytes on the link between the nodes that the pods' packet does not have; two numbers where it depends on the size. */
  readonly bytesAdded?: { readonly least: number; readonly most: number };
  /** The largest packet of a pod that crosses as one packet, and what becomes of one that is a byte larger. */
  readonly podMtu?: { readonly bytes: number; readonly beyond: BeyondMtu };
  readonly throughput: readonly ThroughputComparison[];
  /** Of one packet after the other, of one flow. */
  readonly latency: readonly Comparison[];
  /** The same with packets that each begin a flow. */
  readonly firstPackets?: Comparison;
  readonly entries?: Entries;
  readonly events: readonly ClusterEvent[];
  /** Whether the first packet reached a pod that began with a new address, of which nobody had been told. */
  readonly unknownPodReached?: boolean;
  /** Where routes are learned: how many of how many, and in what time. */
  readonly learned?: { readonly advertised: number; readonly routes: number; readonly seconds: number };
  readonly notMeasured: readonly NotMeasured[];
  readonly seconds: number;
}

export interface NotMeasured {
  readonly what: string;
  readonly why: string;
}

export interface OverlaysMethod {
  readonly nodes: number;
  readonly podsPerNode: number;
  readonly advertisedRoutes: number;
  /** Nodes that hear of each event. */
  readonly listeners: number;
  readonly frameSizesBytes: readonly number[];
  readonly pairs: number;
  /** Packets of one trial of throughput, and how many of them are on their way at a time. */
  readonly packetsPerTrial: number;
  readonly window: number;
  readonly roundsPerTrial: number;
}

export interface OverlaysResult {
  readonly schema: typeof OVERLAYS_SCHEMA;
  readonly tool: { readonly name: 'proto41'; readonly version: string };
  readonly startedAt: string;
  readonly durationMs: number;
  readonly interrupted: boolean;
  readonly machine: BenchMachine;
  readonly guest: { readonly kernelRelease: string; readonly accelerator: string };
  readonly method: OverlaysMethod;
  /** What was to be measured; a run that was interrupted has fewer rows. */
  readonly overlays: readonly OverlayId[];
  readonly rows: readonly OverlayRow[];
  /** What no row can say, and why. */
  readonly notMeasured: readonly NotMeasured[];
}
