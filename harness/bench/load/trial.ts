import type { PortName, Wire } from '../../wire/wire.ts';
import { BATCH_FRAMES, type Stream } from '../traffic/stream.ts';
import { TRIAL_NUMBERS, writeTagOwner, writeTagSequence } from '../traffic/tag.ts';
import { passTime, type BenchTime } from './bench-time.ts';
import { newRecord, Receiver, type Beside, type StreamRecord } from './receiver.ts';

/** One stream at one rate. */
export interface Load {
  readonly stream: Stream;
  readonly framesPerSecond: number;
}

export interface TrialOptions {
  readonly seconds: number;
  /** Longest wait for what is still on its way; over as soon as everything has come out. */
  readonly drainSeconds: number;
  /** Without an arrival for so long it is over as well; {@link QUIET_SECONDS} unless given. */
  readonly quietSeconds?: number;
}

/** What one trial showed, before anything is concluded from it. */
export interface Trial {
  readonly records: readonly StreamRecord[];
  readonly beside: Beside;
  /** As planned, and as it took: a sender that is late offers less than it says. */
  readonly plannedSeconds: number;
  readonly sendingSeconds: number;
  /** The wire took no more: what the DUT does not take stays with the tester where the wire loses nothing. */
  readonly pushedBack: boolean;
}

/** Bytes waiting in a wire that loses nothing, above which the DUT does not take what is offered. */
const PUSH_BACK_BYTES = 1024 * 1024;
/** A sender that is later than this by the clock has lost its pace for good. */
const LATEST_SHARE = 1.25;
/** A frame is due at its time, not one billionth of an interval later. */
const ROUNDING = 1e-6;
/** Longer than a machine is busy elsewhere, as a rule. */
const QUIET_SECONDS = 0.4;

/** The wires that loads go through, one trial after the other. */
export interface TrialPath {
  readonly wires: ReadonlyMap<PortName, Wire>;
  readonly time: BenchTime;
  /** Takes what is not of the measurement, e.g. questions about neighbours. */
  readonly answer: (port: PortName, frame: Uint8Array) => void;
  /** Throws when a wire has ended. */
  readonly check: () => void;
  /** Called when a trial starts to listen for itself, and when it no longer does. */
  readonly enter: () => void;
  readonly leave: () => void;
}

let lastTrial = 0;

/** Sends the loads at their pace, all at the same time, and compares everything that comes out. */
export const runTrial = async (path: TrialPath, loads: readonly Load[], options: TrialOptions): Promise<Trial> => {
  lastTrial = (lastTrial + 1) % TRIAL_NUMBERS;
  const records = loads.map(({ stream, framesPerSecond }) =>
    newRecord(stream, lastTrial, Math.max(1, Math.round(framesPerSecond * options.seconds))),
  );
  for (const { stream } of records)
    for (const input of stream.inputs) writeTagOwner(input, stream.inputTagAt, stream.id, lastTrial);
  const startNs = path.time.nowNs();
  const receiver = new Receiver(records, startNs);
  path.enter();
  const stopListening = [...path.wires].map(([port, wire]) =>
    wire.onFrame((frame, timestampNs) => {
      if (!receiver.take(port, frame, timestampNs)) path.answer(port, frame);
    }),
  );
  try {
    const pushedBack = await send(path, loads, records, startNs, options.seconds);
    const sendingSeconds = Number(path.time.nowNs() - startNs) / 1e9;
    await drain(path, receiver, options);
    return { records, beside: receiver.beside, plannedSeconds: options.seconds, sendingSeconds, pushedBack };
  } finally {
    for (const stop of stopListening) stop();
    path.leave();
  }
};

const send = async (
  path: TrialPath,
  loads: readonly Load[],
  records: readonly StreamRecord[],
  startNs: bigint,
  seconds: number,
): Promise<boolean> => {
  const intervals = loads.map(({ framesPerSecond }) => 1e9 / framesPerSecond);
  const latestNs = seconds * 1e9 * LATEST_SHARE;
  for (;;) {
    path.check();
    const elapsedNs = Number(path.time.nowNs() - startNs);
    let nextNs = Infinity;
    let isBehind = false;
    for (const [index, record] of records.entries()) {
      const interval = intervals[index] ?? 1;
      const total = record.sentAtNs.length;
      const due = Math.min(total, Math.floor(elapsedNs / interval + ROUNDING) + 1);
      // No buffer twice in a batch: it is written before the batch is sent.
      const until = Math.min(due, record.sent + Math.min(BATCH_FRAMES, record.stream.inputs.length));
      if (record.sent < until && sendBatch(path, record, until, startNs)) return true;
      if (record.sent < due) isBehind = true;
      if (record.sent < total) nextNs = Math.min(nextNs, record.sent * interval);
    }
    if (nextNs === Infinity) return false;
    if (elapsedNs > latestNs) return false;
    // Also when behind: what has come out must be read.
    await path.time.pause(startNs + BigInt(isBehind ? 0 : Math.ceil(nextNs)));
  }
};

/** Whether the wire pushes back. */
const sendBatch = (path: TrialPath, record: StreamRecord, until: number, startNs: bigint): boolean => {
  const { stream } = record;
  const wire = path.wires.get(stream.inPort);
  if (wire === undefined) throw new RangeError(`expected a wire on port ${stream.inPort}, found none`);
  const batch: Uint8Array[] = [];
  const atNs = Number(path.time.nowNs() - startNs);
  for (let sequence = record.sent; sequence < until; sequence += 1) {
    const frame = stream.inputs[sequence % stream.inputs.length];
    if (frame === undefined) continue;
    writeTagSequence(frame, stream.inputTagAt, sequence);
    record.sentAtNs[sequence] = atNs;
    batch.push(frame);
  }
  // Before the wire has them: on a quick one they come out while this still sends.
  record.sent = until;
  if (wire.sendAll !== undefined) wire.sendAll(batch);
  else for (const frame of batch) wire.send(frame);
  return (wire.queuedBytes ?? 0) > PUSH_BACK_BYTES;
};

/** Until everything has come out, or nothing has for a while. */
const drain = async (
  { time, check }: TrialPath,
  receiver: Receiver,
  { drainSeconds: seconds, quietSeconds = QUIET_SECONDS }: TrialOptions,
): Promise<void> => {
  const endNs = time.nowNs() + BigInt(Math.round(seconds * 1e9));
  const step = Math.min(quietSeconds, seconds) / 10;
  let quietSteps = 0;
  let before = -1;
  while (!receiver.isComplete && time.nowNs() < endNs && quietSteps < 10) {
    await passTime(time, step);
    check();
    const arrived = receiver.records.reduce((sum, { received, duplicated }) => sum + received + duplicated, 0);
    quietSteps = arrived === before ? quietSteps + 1 : 0;
    before = arrived;
  }
};
