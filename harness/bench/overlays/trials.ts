import { setTimeout as delay } from 'node:timers/promises';
import { median } from 'simple-statistics';
import { SETTLE_MS } from '../../node/vm/processor-time.ts';
import { spreadOf } from '../statistics.ts';
import type { OverlayGuest } from './guest.ts';
import { OverlayBenchError } from './overlay-bench-error.ts';
import type { Probe } from './probe.ts';
import type { Comparison, OverlaysMethod, ThroughputComparison } from './result.ts';
import { flood, roundsOf } from './traffic.ts';
import { FRAME_OVERHEAD_BYTES, type TrialPath } from './trial-path.ts';

type Side = 'native' | 'overlay';
/** One trial of one side: its figure. */
type Trial = (side: Side) => Promise<number>;

export interface TrialOptions {
  readonly method: OverlaysMethod;
  readonly signal: AbortSignal;
}

/**
 * Trials of both sides in turns, the first of each pair by turns as well: what the machine does beside hits both, and falls out of the
 * ratio of each pair.
 */
const comparePairs = async (
  { method: { pairs }, signal }: TrialOptions,
  frameSizeBytes: number,
  trial: Trial,
): Promise<Comparison> => {
  const figures: Record<Side, number[]> = { native: [], overlay: [] };
  for (let pair = 0; pair < pairs; pair += 1) {
    const order: readonly Side[] = pair % 2 === 0 ? ['native', 'overlay'] : ['overlay', 'native'];
    for (const side of order) {
      signal.throwIfAborted();
      figures[side].push(await trial(side));
    }
  }
  return comparisonOf(frameSizeBytes, figures);
};

const comparisonOf = (frameSizeBytes: number, { native, overlay }: Record<Side, readonly number[]>): Comparison => ({
  frameSizeBytes,
  native: spreadOf(native),
  overlay: spreadOf(overlay),
  ratio: spreadOf(overlay.map((value, pair) => value / (native[pair] ?? NaN))),
});

const probesOf = (path: TrialPath, frameSizeBytes: number): Record<Side, Probe> => {
  const packetBytes = frameSizeBytes - FRAME_OVERHEAD_BYTES;
  return { native: path.native(packetBytes), overlay: path.through(packetBytes) };
};

export const compareThroughput = async (
  guest: OverlayGuest,
  path: TrialPath,
  frameSizeBytes: number,
  options: TrialOptions,
): Promise<ThroughputComparison> => {
  const { packetsPerTrial, window } = options.method;
  const { processor } = guest;
  const probes = probesOf(path, frameSizeBytes);
  const costs: Record<Side, number[]> = { native: [], overlay: [] };
  let sent = 0;
  let lost = 0;
  const clock = await comparePairs(options, frameSizeBytes, async (side) => {
    await path.turnTo(side);
    const beganNs = processor?.nowNs() ?? 0;
    const trial = await flood(path.way, probes[side], packetsPerTrial, window);
    if (trial.rate === 0)
      throw new OverlayBenchError(`expected packets to get through (${side}), found that none does`);
    if (processor !== undefined) {
      await delay(SETTLE_MS);
      costs[side].push((processor.nowNs() - beganNs) / 1e9 / trial.received);
    }
    if (side === 'overlay') {
      sent += trial.sent;
      lost += trial.sent - trial.received;
    }
    return trial.rate;
  });
  await path.turnTo('overlay');
  const rates = (side: Side): number[] => costs[side].map((cost) => 1 / cost);
  return {
    clock,
    ...(processor === undefined
      ? {}
      : { processor: comparisonOf(frameSizeBytes, { native: rates('native'), overlay: rates('overlay') }) }),
    sent,
    lost,
  };
};

export const compareLatency = (path: TrialPath, frameSizeBytes: number, options: TrialOptions): Promise<Comparison> => {
  const probes = probesOf(path, frameSizeBytes);
  return comparePairs(options, frameSizeBytes, (side) =>
    typicalTime(
      path,
      side,
      Array.from({ length: options.method.roundsPerTrial }, () => probes[side]),
    ),
  );
};

const FIRST_PORT = 10_000;

/** Each packet begins a flow of its own, of which the nodes know nothing. */
export const compareFirstPackets = (
  path: TrialPath,
  frameSizeBytes: number,
  options: TrialOptions,
): Promise<Comparison> => {
  const packetBytes = frameSizeBytes - FRAME_OVERHEAD_BYTES;
  let port = FIRST_PORT;
  return comparePairs(options, frameSizeBytes, (side) => {
    const probes = Array.from({ length: options.method.roundsPerTrial }, () => {
      port += 1;
      return side === 'native' ? path.native(packetBytes, port) : path.through(packetBytes, port);
    });
    return typicalTime(path, side, probes);
  });
};

const typicalTime = async (path: TrialPath, side: Side, probes: readonly Probe[]): Promise<number> => {
  await path.turnTo(side);
  const times = await roundsOf(path.way, probes);
  if (times.length < probes.length / 2)
    throw new OverlayBenchError(
      `expected packets one after the other to get through (${side}), found ${String(times.length)} of ${String(probes.length)}`,
    );
  return median(times);
};
