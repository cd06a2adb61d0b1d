import type { GuestOptions } from '../../node/vm/vm-node.ts';
import { currentLoad, machineFacts } from '../machine.ts';
import type { BenchProgress } from '../steps.ts';
import { OverlayBenchError } from './overlay-bench-error.ts';
import type { Overlay } from './overlay.ts';
import { measureOverlay, PARTS, type Part } from './measure-overlay.ts';
import {
  OVERLAYS_SCHEMA,
  type NotMeasured,
  type OverlayRow,
  type OverlaysMethod,
  type OverlaysResult,
} from './result.ts';

export interface OverlaysOptions {
  readonly overlays: readonly Overlay[];
  readonly method: OverlaysMethod;
  readonly boot: Pick<GuestOptions, 'kernel' | 'onProgress'>;
  readonly toolVersion: string;
  /** Aborted by whoever has seen enough: what is measured until then is the result. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BenchProgress) => void;
}

/** What no run of this benchmark measures. */
const NOT_MEASURED: readonly NotMeasured[] = [
  {
    what: 'how a change gets from whoever decides it to the nodes',
    why: 'that is the work of a control plane, which is no driver; the clock runs from the moment the nodes are told. Advertisements are the exception: they are packets, and their way is part of the time',
  },
  {
    what: 'throughput of a real network device',
    why: 'both nodes share one processor of a virtual machine, and the link between them is a pair of veth devices without offloads. Ratios say more than rates; an emulated processor makes encryption dearer than a real one',
  },
  {
    what: 'the load of repeated advertisements',
    why: 'a router repeats its own within 1800 s (RFC 4861 section 6.2.1), which is longer than this takes; the time for one advertisement of each node is measured',
  },
];

const TOTAL = Object.values(PARTS).reduce((sum, share) => sum + share, 0);

/**
 * Measures one overlay after the other, each in a machine of its own.
 *
 * @throws the reason when the machine cannot be had at all; what fails later is named in the row where it is missing
 */
export const runOverlays = async (options: OverlaysOptions): Promise<OverlaysResult> => {
  const { overlays, method, signal } = options;
  const startedAt = new Date();
  const beganMs = performance.now();
  const loadBefore = currentLoad();
  const rows: OverlayRow[] = [];
  let guest: OverlaysResult['guest'] | undefined;
  for (const [index, overlay] of overlays.entries()) {
    if (signal.aborted) break;
    const onPart = (part: Part): void => {
      options.onProgress({ name: `${overlay.title}: ${part}`, done: (index + doneBefore(part)) / overlays.length });
    };
    const measured = await measureOverlay(overlay, { method, signal, boot: options.boot, onPart });
    guest ??= measured.guest;
    rows.push(measured.row);
    const [first] = measured.row.notMeasured;
    // Without a first machine there will be no other.
    if (guest === undefined && !signal.aborted)
      throw measured.failure ?? new OverlayBenchError(first?.why ?? 'no machine');
  }
  return {
    schema: OVERLAYS_SCHEMA,
    tool: { name: 'proto41', version: options.toolVersion },
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - beganMs),
    interrupted: signal.aborted,
    machine: machineFacts(loadBefore),
    guest: guest ?? { kernelRelease: 'unknown', accelerator: 'unknown' },
    method,
    overlays: overlays.map(({ id }) => id),
    rows,
    notMeasured: NOT_MEASURED,
  };
};

/** Share of the work on one overlay that comes before a part. */
const doneBefore = (part: Part): number => {
  let share = 0;
  for (const [name, each] of Object.entries(PARTS)) {
    if (name === part) break;
    share += each;
  }
  return share / TOTAL;
};
