import { isProto41Error } from '../../errors.ts';
import type { GuestOptions } from '../../node/vm/vm-node.ts';
import { measureBytesAdded, measurePodMtu } from './carriage.ts';
import { measureEvents } from './events.ts';
import { OverlayGuest } from './guest.ts';
import { labPod } from './lab.ts';
import { listNode } from './listing.ts';
import { isImpossible, type Overlay } from './overlay.ts';
import { OverlayBenchError } from './overlay-bench-error.ts';
import type { NotMeasured, OverlayRow, OverlaysMethod, OverlaysResult } from './result.ts';
import { fillTables, learnRoutes } from './tables.ts';
import { A, B, makeTrialNodes } from './topology.ts';
import { roundsOf } from './traffic.ts';
import { compareFirstPackets, compareLatency, compareThroughput, type TrialOptions } from './trials.ts';
import { FRAME_OVERHEAD_BYTES, TrialPath } from './trial-path.ts';

export interface MeasureOptions extends TrialOptions {
  readonly boot: GuestOptions;
  /** Called when a part of the work begins. */
  readonly onPart: (part: Part) => void;
}

/** Parts of the work on one overlay, each with about the share of the time that it takes. */
export const PARTS = { boot: 5, tables: 3, carriage: 1, throughput: 9, latency: 2, events: 10 } as const;
export type Part = keyof typeof PARTS;

export interface Measured {
  readonly row: OverlayRow;
  readonly guest?: OverlaysResult['guest'];
  /** Why the machine could not be had, or ended. */
  readonly failure?: Error;
}

const INTERRUPTED = 'interrupted';

/** What is measured, in the order in which it comes; complete when nothing is in `notMeasured`. */
type Draft = { -readonly [Field in keyof OverlayRow]: OverlayRow[Field] };

const WARM_UP_ROUNDS = 20;
const WARM_UP_BYTES = 128;

/**
 * Measures one overlay in a machine of its own. A part that fails is named in the row, and the others go on: it is not known what of
 * the set-up a failure left behind, but each part says itself when packets do not get through.
 */
export const measureOverlay = async (overlay: Overlay, options: MeasureOptions): Promise<Measured> => {
  const beganMs = performance.now();
  const notMeasured: NotMeasured[] = [];
  const { id, title, driver } = overlay;
  const draft: Draft = { id, title, driver, throughput: [], latency: [], events: [], notMeasured, seconds: 0 };
  let failure: Error | undefined;
  const attempt = async (what: string, action: () => Promise<void>): Promise<void> => {
    if (options.signal.aborted) {
      notMeasured.push({ what, why: INTERRUPTED });
      return;
    }
    try {
      await action();
    } catch (error) {
      if (options.signal.aborted) notMeasured.push({ what, why: INTERRUPTED });
      else if (isProto41Error(error)) {
        notMeasured.push({ what, why: error.message });
        failure ??= error;
      } else throw error;
    }
  };
  let facts: OverlaysResult['guest'] | undefined;
  await attempt('the rest', async () => {
    options.onPart('boot');
    await using guest = await OverlayGuest.boot({ ...options.boot, signal: options.signal });
    const { kernelRelease = 'unknown', accelerator = 'unknown' } = guest.facts;
    facts = { kernelRelease, accelerator };
    await measureIn(guest, overlay, options, draft, attempt);
  });
  draft.seconds = (performance.now() - beganMs) / 1000;
  return {
    row: draft,
    ...(facts === undefined ? {} : { guest: facts }),
    ...(failure === undefined ? {} : { failure }),
  };
};

const measureIn = async (
  guest: OverlayGuest,
  overlay: Overlay,
  options: MeasureOptions,
  draft: Draft,
  attempt: (what: string, action: () => Promise<void>) => Promise<void>,
): Promise<void> => {
  const { method, signal, onPart } = options;
  const path = new TrialPath(guest, overlay);
  onPart('tables');
  await makeTrialNodes(guest);
  const bare = await listNode(guest, 'A');
  await guest.apply(['A'], overlay.setUp(A), 'the set-up of A');
  await guest.apply(['B'], overlay.setUp(B), 'the set-up of B');
  await attempt('entries', async () => {
    draft.entries = await fillTables(guest, overlay, bare, method);
  });
  if (overlay.id === 'native-ra') {
    await attempt('learned routes', async () => {
      const learned = await learnRoutes(guest, method.advertisedRoutes);
      if (learned !== undefined) draft.learned = learned;
    });
  }
  await path.turnTo('overlay');
  await warmUp(path);
  onPart('carriage');
  await attempt('bytes added', async () => {
    draft.bytesAdded = await measureBytesAdded(guest, path);
  });
  await attempt('pod MTU', async () => {
    draft.podMtu = await measurePodMtu(guest, path);
  });
  await attempt('a pod nobody was told of', async () => {
    if (isNothing(overlay)) draft.unknownPodReached = await reachesUnknownPod(guest, path, method);
  });
  onPart('throughput');
  for (const size of method.frameSizesBytes) {
    await attempt(`throughput of frames of ${String(size)} bytes`, async () => {
      draft.throughput = [...draft.throughput, await compareThroughput(guest, path, size, { method, signal })];
    });
  }
  onPart('latency');
  for (const size of method.frameSizesBytes) {
    await attempt(`latency of frames of ${String(size)} bytes`, async () => {
      draft.latency = [...draft.latency, await compareLatency(path, size, { method, signal })];
    });
  }
  await attempt('latency of first packets', async () => {
    draft.firstPackets = await compareFirstPackets(path, method.frameSizesBytes[0] ?? WARM_UP_BYTES, {
      method,
      signal,
    });
  });
  onPart('events');
  await attempt('events', async () => {
    draft.events = await measureEvents(guest, overlay, method, signal);
  });
};

/** Keys are exchanged, paths are cached: what comes once is not measured. */
const warmUp = async (path: TrialPath): Promise<void> => {
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    const probe = path.through(WARM_UP_BYTES - FRAME_OVERHEAD_BYTES);
    if ((await roundsOf(path.way, [probe, probe, probe])).length === 3) return;
  }
  throw new OverlayBenchError(
    `expected packets of a pod of A to reach a pod of B through ${path.overlay.title}, found that they do not`,
  );
};

/** Whether a pod with a new address needs no word to anybody. */
const isNothing = (overlay: Overlay): boolean => {
  const move = overlay.moveToNewAddress(labPod(A, 0), labPod(B, 0));
  return !isImpossible(move) && move.changes.length === 0;
};

/** Only its own node knows of the pod. */
const reachesUnknownPod = async (
  guest: OverlayGuest,
  path: TrialPath,
  { podsPerNode }: OverlaysMethod,
): Promise<boolean> => {
  const pod = labPod(B, podsPerNode + 1);
  const neighbour = `${pod.ipv6.toString()} lladdr ${pod.mac.toString()} dev eth1 nud permanent`;
  await guest.run(`ip -n B neigh add ${neighbour}`, 'the start of a pod');
  return (await roundsOf(path.way, [path.through(WARM_UP_BYTES, undefined, pod)])).length === 1;
};
