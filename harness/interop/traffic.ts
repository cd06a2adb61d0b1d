import type { Lab } from '../lab/index.ts';
import { overheadBytes } from '../profile/index.ts';
import { otherSide, type PairLinks } from './links.ts';
import type { Network } from './network.ts';
import type { PairClock } from './pair-clock.ts';
import type { PodPair, Pods, SizesOutcome, TransferOutcome } from './pods/pods.ts';
import { directionFrom } from './judge/observed.ts';
import { SIDES, type Side, type TrafficKind, type TrafficResult } from './result.ts';

const SMALLEST_PING_BYTES = 48;
const SMALL_SIZES = [48, 49, 64, 127, 128, 255, 256, 511, 512, 576, 1023, 1024, 1279, 1280, 1281] as const;
const LARGE_SIZES = [2000, 4096] as const;
/** How far around an MTU every single size is sent. */
const AROUND_BYTES = 32;
const TRANSFER_BYTES = 192 * 1024;
const SIZES_LIMIT_MS = 2000;
const TRANSFER_LIMIT_MS = 20_000;
const FIRST_PING_LIMIT_MS = 500;
const FIRST_PINGS = 8;
const LAST_PINGS = 3;
/** Nothing is under way any more when nothing has been seen for so long; a node that is busy without end is not waited for. */
const QUIET_MS = 100;
const QUIET_LIMIT_MS = 3000;
/** The narrower path: so much less than what the tunnel needs for its packets. */
const NARROWER_BY_BYTES = 100;

/** Which pods do what: each path of two pods is learned anew. */
const POD = { ping: 0, datagrams: 1, transfer: 2, narrowedTransfer: 3, narrowedDatagrams: 4, probe: 5 } as const;

export interface TrafficOptions {
  readonly labs: Readonly<Record<Side, Lab>>;
  readonly tunnelMtuBytes: number;
  readonly pods: Pods;
  readonly network: Network;
  readonly links: PairLinks;
  readonly clock: PairClock;
  readonly onStep: (step: string) => void;
}

export interface TrafficOutcome {
  readonly results: readonly TrafficResult[];
  /** Whether packets crossed both ways at all; else nothing but the first pings was tried. */
  readonly crosses: boolean;
  readonly settledFrom: Readonly<Partial<Record<Side, number>>>;
}

/** Ping, UDP of all sizes around the MTU, a TCP transfer, and both again while the path becomes narrower, each in both directions. */
export const runTraffic = async (options: TrafficOptions): Promise<TrafficOutcome> => {
  const { clock, onStep } = options;
  const results: TrafficResult[] = [];
  const settledFrom: Partial<Record<Side, number>> = {};
  const step = async (kind: TrafficKind, from: Side, action: () => Promise<Said>): Promise<void> => {
    onStep(`${kind} ${directionFrom(from)}`);
    const startedMs = clock.nowMs();
    const { ok, detail } = await action();
    const durationMs = Math.round(clock.nowMs() - startedMs);
    results.push({ kind, direction: directionFrom(from), verdict: ok ? 'pass' : 'fail', detail, durationMs });
  };
  onStep('first pings');
  const crosses = await firstPings(options);
  if (crosses) {
    for (const from of SIDES) await step('ping', from, () => pings(options, from));
    for (const from of SIDES) await step('udp', from, () => datagrams(options, from, POD.datagrams));
    for (const from of SIDES) await step('tcp', from, () => transfer(options, from, POD.transfer));
    for (const from of SIDES) {
      await step('path-mtu', from, () =>
        narrowedPath(options, from, (number) => {
          settledFrom[from] = number;
        }),
      );
    }
  } else {
    for (const from of SIDES) await step('ping', from, () => pings(options, from));
  }
  await settle(options, crosses);
  return { results, crosses, settledFrom };
};

/**
 * Waits for what is still under way, so that nothing is taken for lost that is only late: a last ping each way, behind everything else,
 * and then silence.
 */
const settle = async (options: TrafficOptions, crosses: boolean): Promise<void> => {
  const { clock, links, pods } = options;
  for (const from of crosses ? SIDES : []) {
    for (let attempt = 0; attempt < LAST_PINGS; attempt++) {
      const { arrived } = await pods.ping(podPair(options, from, POD.probe), [SMALLEST_PING_BYTES], SIZES_LIMIT_MS);
      if (arrived.length > 0) break;
    }
  }
  let frames = -1;
  let changedMs = clock.nowMs();
  await clock.until(() => {
    if (links.frames.length !== frames) changedMs = clock.nowMs();
    frames = links.frames.length;
    return clock.nowMs() - changedMs >= QUIET_MS;
  }, QUIET_LIMIT_MS);
};

/** What there is to say of one step. */
interface Said {
  readonly ok: boolean;
  readonly detail: string;
}

const podPair = ({ labs }: TrafficOptions, from: Side, index: number): PodPair => ({
  from,
  source: labs[from].n1.pod(index),
  destination: labs[otherSide(from)].n1.pod(index),
});

/** Until neighbours are resolved and both nodes forward. */
const firstPings = async (options: TrafficOptions): Promise<boolean> => {
  let waiting: readonly Side[] = SIDES;
  for (let attempt = 0; attempt < FIRST_PINGS && waiting.length > 0; attempt++) {
    const silent: Side[] = [];
    for (const from of waiting) {
      const pair = podPair(options, from, POD.ping);
      const { arrived } = await options.pods.ping(pair, [SMALLEST_PING_BYTES + 56], FIRST_PING_LIMIT_MS);
      if (arrived.length === 0) silent.push(from);
    }
    waiting = silent;
  }
  return waiting.length === 0;
};

const pings = async (options: TrafficOptions, from: Side): Promise<Said> => {
  const { pods, tunnelMtuBytes } = options;
  const sizes = [SMALLEST_PING_BYTES, 104, 576, 1280, tunnelMtuBytes];
  return sizesSaid(await pods.ping(podPair(options, from, POD.ping), [...new Set(sizes)], SIZES_LIMIT_MS), 'answered');
};

const datagrams = async (options: TrafficOptions, from: Side, pod: number, mtus?: readonly number[]): Promise<Said> => {
  const { pods, tunnelMtuBytes } = options;
  const sizes = sizesAround(mtus ?? [tunnelMtuBytes, 1500]);
  return sizesSaid(await pods.datagrams(podPair(options, from, pod), sizes, SIZES_LIMIT_MS), 'arrived');
};

/** The small sizes, the large ones, and every size around each MTU. */
export const sizesAround = (mtus: readonly number[]): readonly number[] => {
  const around = mtus.flatMap((mtu) =>
    Array.from({ length: 2 * AROUND_BYTES + 1 }, (_, index) => mtu - AROUND_BYTES + index),
  );
  return [...new Set([...SMALL_SIZES, ...around, ...LARGE_SIZES])].toSorted((a, b) => a - b);
};

const transfer = async (options: TrafficOptions, from: Side, pod: number, onHalf?: () => void): Promise<Said> =>
  transferSaid(
    await options.pods.transfer({
      ...podPair(options, from, pod),
      bytes: TRANSFER_BYTES,
      limitMs: TRANSFER_LIMIT_MS,
      ...(onHalf === undefined ? {} : { onHalf }),
    }),
  );

/**
 * The path of one node's packets becomes narrower in the middle of a transfer. The transfer has to go on, and so has everything else;
 * `onSettled` is told the frame from which on the node must have learned it.
 */
const narrowedPath = async (
  options: TrafficOptions,
  from: Side,
  onSettled: (number: number) => void,
): Promise<Said> => {
  const { labs, network, tunnelMtuBytes, pods, links } = options;
  const { profile } = labs[from];
  const pathMtuBytes = tunnelMtuBytes + overheadBytes(profile) - NARROWER_BY_BYTES;
  const said = await transfer(options, from, POD.narrowedTransfer, () => {
    network.setPathMtu(from, pathMtuBytes);
  });
  // A transfer that never got so far has not changed anything.
  network.setPathMtu(from, pathMtuBytes);
  const probe = podPair(options, from, POD.probe);
  // One packet that the path does not take any more tells the node; a ping behind it, that it has had time to take that in.
  await pods.datagrams(probe, [tunnelMtuBytes], FIRST_PING_LIMIT_MS);
  const isTold = network.hasToldOf(from, pathMtuBytes);
  const { arrived } = await pods.ping(probe, [SMALLEST_PING_BYTES], SIZES_LIMIT_MS);
  if (isTold && arrived.length > 0) onSettled(links.nextNumber);
  const narrowed = profile.switches.mtuMode === 'static' ? tunnelMtuBytes : tunnelMtuBytes - NARROWER_BY_BYTES;
  const sizes = await datagrams(options, from, POD.narrowedDatagrams, [narrowed]);
  return {
    ok: said.ok && sizes.ok,
    detail: `path MTU ${String(pathMtuBytes)}: ${said.detail}; ${sizes.detail}`,
  };
};

const sizesSaid = ({ sent, arrived, damaged, repeated }: SizesOutcome, word: string): Said => {
  const missing = sent.filter((size) => !arrived.includes(size) && !damaged.includes(size));
  const range = `${String(Math.min(...sent))} to ${String(Math.max(...sent))} bytes`;
  const parts = [
    `${String(arrived.length)} of ${String(sent.length)} sizes from ${range} ${word}`,
    ...(damaged.length === 0 ? [] : [`damaged: ${listed(damaged)}`]),
    ...(missing.length === 0 ? [] : [`missing: ${listed(missing)}`]),
    ...(repeated.length === 0 ? [] : [`${String(repeated.length)} sent again after Packet Too Big`]),
  ];
  return { ok: missing.length === 0 && damaged.length === 0, detail: parts.join(', ') };
};

const SIZES_SHOWN = 6;

const listed = (sizes: readonly number[]): string => {
  const more = sizes.length - SIZES_SHOWN;
  return `${sizes.slice(0, SIZES_SHOWN).join(' ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
};

const transferSaid = (outcome: TransferOutcome): Said => {
  const { bytes, receivedBytes, sentSha256, receivedSha256, closed, retransmissions, segmentBytes, error } = outcome;
  const isWhole = receivedBytes === bytes;
  const isGood = isWhole && sentSha256 === receivedSha256;
  const state = isGood ? 'sha256 good' : isWhole ? 'sha256 wrong' : `${String(receivedBytes)} arrived`;
  const parts = [
    `${String(bytes)} bytes by TCP, ${state}`,
    ...(segmentBytes === undefined ? [] : [`segments of ${String(segmentBytes)}`]),
    ...(retransmissions === undefined ? [] : [`${String(retransmissions)} retransmitted`]),
    ...(error === undefined ? [] : [error]),
    ...(closed ? [] : ['the connection was not closed in time']),
  ];
  return { ok: isGood && closed, detail: parts.join(', ') };
};
