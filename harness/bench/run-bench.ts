import { isProto41Error } from '../errors.ts';
import type { NodeSession } from '../node/node.ts';
import { overheadBytes, type Profile } from '../profile/index.ts';
import { findingsOf, latencyOf, scaleOf, throughputOf } from './assemble.ts';
import { openBed, type BenchBed } from './bed.ts';
import { openDualBed } from './dual-bed.ts';
import { BenchError } from './bench-error.ts';
import { Collected } from './collected.ts';
import type { Floor } from './floors/floor.ts';
import { judgeFloors } from './floors/judge.ts';
import { openLoopback } from './loopback.ts';
import { currentLoad, machineFacts } from './machine.ts';
import { qualify, testerRateAt } from './measure/qualify.ts';
import { Rig } from './measure/rig.ts';
import type { BenchPlan } from './plan.ts';
import { judgeRequirements } from './requirements.ts';
import { BENCH_SCHEMA, type BenchMethod, type BenchResult, type Qualification } from './result.ts';
import { Pace, stepsOf, type BenchProgress } from './steps.ts';

export interface BenchOptions {
  readonly session: NodeSession;
  /** A second node of the same target, for the mode `dual`. */
  readonly second?: NodeSession;
  readonly profile: Profile;
  readonly targetName: string;
  readonly plan: BenchPlan;
  readonly floors: readonly Floor[];
  readonly toolVersion: string;
  readonly command: readonly string[];
  /** Aborted by whoever has seen enough: what is measured until then is the result. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BenchProgress) => void;
}

/** Biggest header that any profile puts around a frame. */
const ROOM_FOR_HEADERS_BYTES = 128;

/**
 * Measures a target that has been started. The session stays the caller's.
 *
 * @throws BenchTargetError when it does not come up, or lets nothing through; BenchError for a size that does not fit it
 */
export const runBench = async (options: BenchOptions): Promise<BenchResult> => {
  const { session, profile, signal } = options;
  const startedAt = new Date();
  const startedMs = performance.now();
  const loadBefore = currentLoad();
  const collected = new Collected();
  const bedOptions = {
    profile,
    seed: options.plan.seed,
    largestFrameBytes: Math.max(...options.plan.frameSizesBytes),
  };
  await using bed = await openBed({ ...bedOptions, session });
  const { second } = options;
  await using dual =
    second === undefined ? undefined : await openDualBed({ ...bedOptions, session: second, near: bed });
  const plan = withFittingSizes(options.plan, bed, collected);
  const progressOf = (name: string): void => options.onProgress?.({ name, done: 0 });
  let tester: Qualification = { path: 'none', rates: [] };
  const stopped = await untilStopped(signal, collected, async () => {
    progressOf('qualification of the tester');
    tester = await qualifyTester(options, plan, bed);
    await measure(options, plan, { bed, ...(dual === undefined ? {} : { dual }) }, collected, tester);
  });
  const overhead = overheadBytes(profile);
  const throughput = throughputOf(collected, plan, overhead);
  const scale = scaleOf(collected);
  const findings = findingsOf(collected, throughput, scale, plan);
  const { facts } = session;
  const result: Omit<BenchResult, 'requirements'> = {
    schema: BENCH_SCHEMA,
    tool: { name: 'proto41', version: options.toolVersion },
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - startedMs),
    interrupted: signal.aborted,
    ...(stopped === undefined ? {} : { stopped }),
    command: options.command,
    machine: machineFacts(loadBefore),
    target: {
      name: options.targetName,
      node: facts.node,
      ...(facts.kernelRelease === undefined ? {} : { kernelRelease: facts.kernelRelease }),
      ...(facts.accelerator === undefined ? {} : { accelerator: facts.accelerator }),
      ...(facts.wire === undefined ? {} : { wire: facts.wire }),
    },
    profile: { name: profile.name, text: profile.text },
    method: methodOf(plan, session, overhead),
    tester,
    throughput,
    curves: collected.curves,
    latency: latencyOf(collected),
    ...(scale === undefined ? {} : { scale }),
    floors: judgeFloors(options.floors, { throughput, tester, findings, flows: plan.flows }),
    findings,
    notes: collected.notes,
  };
  return { ...result, requirements: judgeRequirements({ ...result, profileFacts: profile }) };
};

const measure = async (
  { signal, onProgress }: BenchOptions,
  plan: BenchPlan,
  beds: { readonly bed: BenchBed; readonly dual?: BenchBed },
  collected: Collected,
  tester: Qualification,
): Promise<void> => {
  const rig = new Rig({ ...beds, phases: plan, signal });
  const steps = stepsOf(plan);
  const pace = new Pace(steps);
  const measurement = {
    rig,
    plan,
    collected,
    highestRate: (frameSizeBytes: number) => testerRateAt(tester, frameSizeBytes),
  };
  for (const step of steps) {
    onProgress?.(pace.progress(step.name));
    await step.run(measurement);
    pace.finish(step);
  }
};

/** Why it ended early by itself; an interruption is known from the signal. What breaks before anything is measured goes on. */
const untilStopped = async (
  signal: AbortSignal,
  { rates }: Collected,
  work: () => Promise<void>,
): Promise<string | undefined> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    if (isProto41Error(error) && rates.size > 0) return error.message;
    throw error;
  }
};

const qualifyTester = async (
  { session, signal }: BenchOptions,
  plan: BenchPlan,
  bed: BenchBed,
): Promise<Qualification> => {
  await using loopback = await openLoopback(session.facts.node, bed.underlayMtuBytes + ROOM_FOR_HEADERS_BYTES);
  const isVirtual = session.facts.node === 'memory';
  return await qualify(loopback, plan, (size) => bed.stream('encap', size, plan.flows), isVirtual, signal);
};

/** Sizes that the tunnel would have to fragment are left out, and said to be. */
const withFittingSizes = (plan: BenchPlan, bed: BenchBed, collected: Collected): BenchPlan => {
  const fitting = plan.frameSizesBytes.filter((size) => size <= bed.largestFrameBytes);
  const tooLarge = plan.frameSizesBytes.filter((size) => size > bed.largestFrameBytes);
  if (tooLarge.length > 0)
    collected.note(
      `frames of ${tooLarge.join(', ')} bytes: left out, the tunnel takes at most ${String(bed.largestFrameBytes)} without fragments`,
    );
  if (fitting.length === 0)
    throw new BenchError(
      `expected a size of at most ${String(bed.largestFrameBytes)} bytes, found ${tooLarge.join(', ')}`,
    );
  return { ...plan, frameSizesBytes: fitting };
};

const MEDIUM = {
  memory: 'memory, in virtual time, through a model of a device: its figures say nothing of any machine',
  vm: 'virtual Ethernet of QEMU over stream sockets, which lose nothing',
  netns: 'veth devices and packet sockets of this machine',
  docker: 'veth devices and packet sockets of this machine',
} as const;

const methodOf = (plan: BenchPlan, session: NodeSession, overhead: number): BenchMethod => ({
  quick: plan.quick,
  seed: plan.seed,
  frameSizesBytes: plan.frameSizesBytes,
  modes: plan.modes,
  repetitions: plan.repetitions,
  searchSeconds: plan.searchSeconds,
  finalSeconds: plan.finalSeconds,
  settleSeconds: plan.settleSeconds,
  drainSeconds: plan.drainSeconds,
  restSeconds: plan.restSeconds,
  resolution: plan.resolution,
  overheadBytes: overhead,
  medium: MEDIUM[session.facts.node],
  lineBitsPerSecond: plan.lineBitsPerSecond,
  timing: 'store-and-forward',
  modelled: session.facts.node === 'memory',
});
