/**
 * How long the reference takes, as a model: a device with one processor and a queue before each port. Its numbers say nothing of any
 * machine. They are there so that a measurement can be measured: what comes out of it is known beforehand.
 */
import type { PortName } from '../wire/wire.ts';

/** One frame that is to be worked on. */
export interface Work {
  readonly kind: 'encap' | 'decap' | 'native' | 'control';
  /** Of the frame on the native side, with FCS. */
  readonly frameSizeBytes: number;
  /** The far end: different for every pair of a node and a pod. */
  readonly flow: number;
  /** Frames of this kind before it. */
  readonly index: number;
  readonly nowMs: number;
  /** Whether frames also wait at another port. */
  readonly isContended: boolean;
}

export interface Performance {
  /** Time of the processor. */
  serviceNs(work: Work): number;
  /** How often it leaves: once, as it should. */
  copies(work: Work): number;
  /** Whether it has to wait until another one has left. */
  isOvertaken(work: Work): boolean;
  /** Of the ports at which frames wait, the one that is served; `last` was served before. */
  next(waiting: readonly PortName[], last: PortName | undefined): PortName | undefined;
  /** Entries of tables beside those of the reference. */
  entries(): Readonly<Record<string, number>>;
}

const TUNNEL_NS = 100_000;
const NATIVE_NS = 60_000;
const PER_BYTE_NS = 8;
const CONTROL_NS = 1_000;

export const performance: Performance = {
  serviceNs: ({ kind, frameSizeBytes }) => {
    if (kind === 'control') return CONTROL_NS;
    return (kind === 'native' ? NATIVE_NS : TUNNEL_NS) + PER_BYTE_NS * frameSizeBytes;
  },
  copies: () => 1,
  isOvertaken: () => false,
  // In turn.
  next: (waiting, last) => waiting.find((port) => port !== last) ?? waiting[0],
  entries: () => ({}),
};
