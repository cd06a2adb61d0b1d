import { readUint16 } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { ethernetEtherType, ETHERNET } from '../../packet/ethernet.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { ipv4IsFragment, ipv4Protocol } from '../../packet/ipv4.ts';
import { IPV6, ipv6NextHeader } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { PortName } from '../../wire/wire.ts';
import type { Stream } from '../traffic/stream.ts';
import { isTagOf, isTagWhole, tagSequence, tagTrial, writeTagOwner, writeTagSequence } from '../traffic/tag.ts';

/** What happened to the frames of one stream in one trial. Times are nanoseconds since the start of the trial. */
export interface StreamRecord {
  readonly stream: Stream;
  readonly trial: number;
  sent: number;
  received: number;
  duplicated: number;
  corrupted: number;
  reordered: number;
  /** When each frame was handed to its wire. */
  readonly sentAtNs: Float64Array;
  /** When it came out first, NaN for one that did not. */
  readonly arrivedAtNs: Float64Array;
  /** Latest sequence number so far of each flow. */
  readonly latest: Int32Array;
  lastArrivalNs: number;
}

/** What came out beside the counted frames. */
export interface Beside {
  fragments: number;
  errors: number;
  /** Counted frames of an earlier trial. */
  late: number;
  /** The first frame that was not right: what it was and what it should have been. */
  firstWrong: WrongFrame | undefined;
}

export interface WrongFrame {
  readonly stream: Stream;
  readonly found: Uint8Array;
  readonly expected: Uint8Array;
}

export const newRecord = (stream: Stream, trial: number, frames: number): StreamRecord => ({
  stream,
  trial,
  sent: 0,
  received: 0,
  duplicated: 0,
  corrupted: 0,
  reordered: 0,
  sentAtNs: new Float64Array(frames),
  arrivedAtNs: new Float64Array(frames).fill(NaN),
  latest: new Int32Array(stream.flows).fill(-1),
  lastArrivalNs: 0,
});

/** Compares every frame that comes out with the one that has to: all bytes, of every frame. */
export class Receiver {
  readonly records: readonly StreamRecord[];
  readonly beside: Beside = { fragments: 0, errors: 0, late: 0, firstWrong: undefined };
  readonly #startNs: bigint;

  constructor(records: readonly StreamRecord[], startNs: bigint) {
    this.records = records;
    this.#startNs = startNs;
    for (const { stream, trial } of records)
      for (const expected of stream.outputs) writeTagOwner(expected, stream.outputTagAt, stream.id, trial);
  }

  /** Whether everything that was sent has come out. */
  get isComplete(): boolean {
    return this.records.every(({ sent, received }) => received === sent);
  }

  /** Takes one frame; false for one that is not of this measurement, such as a question of neighbour discovery. */
  take(port: PortName, frame: Uint8Array, timestampNs: bigint): boolean {
    for (const record of this.records) {
      const { stream } = record;
      if (stream.outPort !== port || frame.length !== stream.outputBytes) continue;
      if (!isTagOf(frame, stream.outputTagAt, stream.id)) continue;
      if (tagTrial(frame, stream.outputTagAt) !== record.trial) this.#takeLate(record, frame);
      else this.#count(record, frame, Number(timestampNs - this.#startNs));
      return true;
    }
    return this.#takeOther(port, frame);
  }

  #count(record: StreamRecord, frame: Uint8Array, atNs: number): void {
    const { stream } = record;
    const sequence = tagSequence(frame, stream.outputTagAt);
    const flow = sequence % stream.flows;
    const expected = stream.outputs[flow];
    record.lastArrivalNs = atNs;
    if (expected === undefined || sequence >= record.sent) {
      this.#wrong(record, frame, expected);
      return;
    }
    writeTagSequence(expected, stream.outputTagAt, sequence);
    for (const takeOver of stream.takeOver) takeOver(frame, expected);
    if (Buffer.compare(frame, expected) !== 0) {
      this.#wrong(record, frame, expected);
      return;
    }
    if (!Number.isNaN(record.arrivedAtNs[sequence])) {
      record.duplicated += 1;
      return;
    }
    record.arrivedAtNs[sequence] = atNs;
    record.received += 1;
    // RFC 4737 section 3.3, in each flow by itself: between flows there is no order to keep.
    if (sequence < (record.latest[flow] ?? -1)) record.reordered += 1;
    else record.latest[flow] = sequence;
  }

  #takeLate(record: StreamRecord, frame: Uint8Array): void {
    if (isTagWhole(frame, record.stream.outputTagAt)) this.beside.late += 1;
    else this.#wrong(record, frame, record.stream.outputs[0]);
  }

  #wrong(record: StreamRecord, found: Uint8Array, expected: Uint8Array | undefined): void {
    record.corrupted += 1;
    this.beside.firstWrong ??= { stream: record.stream, found: found.slice(), expected: (expected ?? found).slice() };
  }

  /** A frame of the right length without its tag is a damaged one; errors and fragments are counted by themselves. */
  #takeOther(port: PortName, frame: Uint8Array): boolean {
    const kind = otherKind(frame);
    if (kind === 'fragment') this.beside.fragments += 1;
    else if (kind === 'error') this.beside.errors += 1;
    else {
      const record = this.records.find(
        ({ stream }) => stream.outPort === port && frame.length === stream.outputBytes && isLike(frame, stream),
      );
      if (record === undefined) return false;
      this.#wrong(record, frame, record.stream.outputs[0]);
    }
    return true;
  }
}

const ICMPV4_ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);

/** Errors of ICMP about what was sent, and pieces of outer packets: with the MTU that a trial has, nothing of that belongs there. */
const otherKind = (frame: Uint8Array): 'fragment' | 'error' | undefined => {
  const at = ETHERNET.HEADER_LENGTH;
  if (frame.length < at + 21) return undefined;
  const etherType = ethernetEtherType(frame);
  if (etherType === ETHER_TYPE.IPV4) {
    if (ipv4IsFragment(frame, at)) return 'fragment';
    const isError = ipv4Protocol(frame, at) === PROTOCOL.ICMPV4 && ICMPV4_ERRORS.has(frame[at + 20] ?? 0);
    return isError ? 'error' : undefined;
  }
  if (etherType !== ETHER_TYPE.IPV6 || frame.length < at + IPV6.HEADER_LENGTH + 1) return undefined;
  const nextHeader = ipv6NextHeader(frame, at);
  if (nextHeader === PROTOCOL.FRAGMENT) return 'fragment';
  const type = frame[at + IPV6.HEADER_LENGTH] ?? 255;
  return nextHeader === PROTOCOL.ICMPV6 && type < ICMPV6_TYPE.ECHO_REQUEST ? 'error' : undefined;
};

/** Same EtherType and same kind of packet as what the stream expects. */
const isLike = (frame: Uint8Array, { outputs }: Stream): boolean => {
  const [expected] = outputs;
  if (expected === undefined || readUint16(frame, 12) !== readUint16(expected, 12)) return false;
  const protocolAt = ETHERNET.HEADER_LENGTH + (readUint16(frame, 12) === ETHER_TYPE.IPV4 ? 9 : 6);
  return frame[protocolAt] === expected[protocolAt];
};
