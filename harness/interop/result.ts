import type { NodeName } from '../node/node.ts';
import type { ExpectationOutcome, RequirementFacts } from '../runner/result.ts';
import type { Verdict, Violation } from '../runner/verdict.ts';

export const INTEROP_SCHEMA = 'https://proto41.dev/schema/interop-1.json';

/** The file of an interop run in its output folder, beside `evidence/`. */
export const INTEROP_RESULTS_FILE = 'interop.json';

/**
 * What `interop` writes to `interop.json` in its output folder and prints with `--json`.
 *
 * ```json
 * { "schema": "https://proto41.dev/schema/interop-1.json",
 *   "profile": { "name": "overlay", "text": "6rd:..." },
 *   "ends": [{ "name": "reference@memory", "target": "reference", "node": "memory" }, ...],
 *   "skippedEnds": [{ "name": "linux-sit@vm:sid", "reason": "..." }],
 *   "pairs": [{ "n1": "reference@memory", "n2": "linux-sit@vm:sid", "verdict": "fail", "unexpected": true,
 *               "traffic": [{ "kind": "tcp", "direction": "n1-to-n2", "verdict": "pass", ... }],
 *               "findings": [{ "side": "n2", "end": "linux-sit@vm:sid", "role": "decapsulator", "requirement": "decap.basic", ... }],
 *               "evidence": "evidence/reference@memory--linux-sit@vm-sid.pcapng", ... }],
 *   "cells": [{ "encapsulator": "reference@memory", "decapsulator": "linux-sit@vm:sid", "verdict": "fail", "pairs": [0], ... }],
 *   "requirements": [{ "id": "decap.basic", "level": "behaviour", "sources": "RFC 4213 §3.6", ... }], ... }
 * ```
 */
export interface InteropResult {
  readonly schema: typeof INTEROP_SCHEMA;
  readonly tool: { readonly name: 'proto41'; readonly version: string };
  readonly profile: { readonly name: string; readonly text: string };
  readonly seed: string;
  readonly strict: boolean;
  readonly startedAt: string;
  readonly durationMs: number;
  /** True when it was cut short by the user; then the pairs not run are missing. */
  readonly interrupted: boolean;
  /** Rows and columns of the matrix, in their order. */
  readonly ends: readonly InteropEnd[];
  /** Ends that were wanted and cannot be had: by this machine, or because the target itself refuses the profile. */
  readonly skippedEnds: readonly SkippedEnd[];
  /** Every pair that was run, in the order in which they ran. Traffic goes both ways, so a pair fills two cells of the matrix. */
  readonly pairs: readonly PairResult[];
  /** The matrix, row by row; a cell without a pair is missing. */
  readonly cells: readonly MatrixCell[];
  /** The requirements that the findings name. */
  readonly requirements: readonly RequirementFacts[];
}

/** One implementation in one place. */
export interface InteropEnd {
  /** As on the command line, every default filled in: `linux-sit@vm:bullseye`, `reference:fault@memory`. */
  readonly name: string;
  readonly target: string;
  readonly node: NodeName;
  /** What was asked for, where a kernel is booted: `bullseye`. */
  readonly kernel?: string;
  /** What the node says of itself; missing where it never started. */
  readonly kernelRelease?: string;
  readonly accelerator?: string;
}

export interface SkippedEnd {
  readonly name: string;
  readonly reason: string;
}

export const SIDES = ['n1', 'n2'] as const;
export type Side = (typeof SIDES)[number];

export const DIRECTIONS = ['n1-to-n2', 'n2-to-n1'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Who played the pods behind a node: hosts inside Proto41, or a network namespace of this machine's kernel. */
export const POD_KINDS = ['tester', 'kernel'] as const;
export type PodKind = (typeof POD_KINDS)[number];

/** Two ends with an IPv4 network between them, traffic both ways. */
export interface PairResult {
  readonly n1: string;
  readonly n2: string;
  /**
   * `fail`: an end violates a MUST; `warn`: a SHOULD; `inconclusive`: traffic failed and no clause explains it, or an end is silent; `skip`: an
   * end refuses the profile; `error`: an end could not be started or died.
   */
  readonly verdict: Verdict;
  /** Whether it decides the exit code: what is wrong, and is not declared in the expectations of the end that is wrong. */
  readonly unexpected: boolean;
  /** Why, in one sentence; missing for a pass. */
  readonly reason?: string;
  readonly pods: Readonly<Record<Side, PodKind>>;
  readonly traffic: readonly TrafficResult[];
  readonly findings: readonly InteropFinding[];
  /** What could not be decided. */
  readonly doubts: readonly string[];
  /** Sides that said nothing at all, although they were asked; nothing is held against them. */
  readonly silent: readonly Side[];
  /** Frames that the rules judged, on all four links. */
  readonly frames: number;
  readonly durationMs: number;
  /** Set when an end could not be started, died, or refuses the profile: which one. */
  readonly failedSide?: Side;
  /** Capture of the pair relative to the output folder: interfaces `N1-P`, `N1-U`, `N2-U`, `N2-P`. */
  readonly evidence?: string;
  /** The command that runs just this pair again. */
  readonly rerun: string;
}

export const TRAFFIC_KINDS = ['ping', 'udp', 'tcp', 'path-mtu'] as const;
export type TrafficKind = (typeof TRAFFIC_KINDS)[number];

/** What pods said to each other, seen from them. */
export interface TrafficResult {
  readonly kind: TrafficKind;
  /** Who sends the data (of a ping: the requests). */
  readonly direction: Direction;
  readonly verdict: 'pass' | 'fail';
  /** One line: `121 sizes of 48 to 1540 bytes arrived`, `131072 bytes, sha256 good, 3 retransmissions`. */
  readonly detail: string;
  readonly durationMs: number;
}

/** One clause that one end broke. */
export interface InteropFinding extends Pick<
  Violation,
  'requirement' | 'expected' | 'actual' | 'frameNumber' | 'frame' | 'place' | 'count' | 'differences'
> {
  readonly side: Side;
  /** Name of the end on that side. */
  readonly end: string;
  /** What the end was doing: sending into the tunnel, taking out of it, or neither (its own neighbour discovery and errors). */
  readonly role: 'encapsulator' | 'decapsulator' | 'node';
  /** Direction of the traffic that shows it; missing for what belongs to none. */
  readonly direction?: Direction;
  readonly severity: 'must' | 'should' | 'may';
  readonly expectation: ExpectationOutcome;
}

/** One end encapsulating for another: traffic one way. */
export interface MatrixCell {
  readonly encapsulator: string;
  readonly decapsulator: string;
  readonly verdict: Verdict;
  readonly unexpected: boolean;
  /** Why, in one line; missing for a pass. */
  readonly reason?: string;
  /** The requirements that the encapsulator and the decapsulator broke there, without repetition. */
  readonly brokenByEncapsulator: readonly string[];
  readonly brokenByDecapsulator: readonly string[];
  /** Positions in `pairs` of the pairs that fill it. */
  readonly pairs: readonly number[];
}
