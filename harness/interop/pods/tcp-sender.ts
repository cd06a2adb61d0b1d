import { TCP_FLAG } from '../../packet/tcp.ts';
import { sequenceAdd, sequenceDistance } from './tcp-sequence.ts';

const FIRST_TIMEOUT_MS = 400;
const LONGEST_TIMEOUT_MS = 3000;
/** RFC 6928: what may be under way before the first acknowledgment. */
const INITIAL_SEGMENTS = 10;
const DUPLICATES_OF_A_LOSS = 3;

export interface TcpSenderOptions {
  /** Sequence number of the first byte of data. */
  readonly firstSequence: number;
  readonly data: Uint8Array;
  readonly segmentBytes: number;
  readonly transmit: (sequence: number, data: Uint8Array, flags: number) => void;
  readonly schedule: (delayMs: number, action: () => void) => () => void;
}

/**
 * The sending half of a connection: a sliding window with slow start and halving (RFC 5681), retransmission by time (RFC 6298, with a
 * fixed first timeout) and after three duplicates, smaller segments when the path is narrower than thought (RFC 8201 section 5.4),
 * and a FIN behind the data.
 */
export class TcpSender {
  retransmissions = 0;
  readonly #options: TcpSenderOptions;
  #segmentBytes: number;
  /** Offsets into the data; the FIN counts as one byte behind it. */
  #acknowledged = 0;
  #next = 0;
  #highest = 0;
  #peerWindowBytes = 0;
  #congestionWindowBytes: number;
  #thresholdBytes = Infinity;
  #duplicates = 0;
  #timeoutMs = FIRST_TIMEOUT_MS;
  #cancelTimer: (() => void) | undefined;

  constructor(options: TcpSenderOptions) {
    this.#options = options;
    this.#segmentBytes = options.segmentBytes;
    this.#congestionWindowBytes = INITIAL_SEGMENTS * options.segmentBytes;
  }

  get segmentBytes(): number {
    return this.#segmentBytes;
  }

  get isDone(): boolean {
    return this.#acknowledged > this.#options.data.length;
  }

  /** The sequence number behind everything sent. */
  get nextSequence(): number {
    return sequenceAdd(this.#options.firstSequence, this.#next);
  }

  /** Takes an acknowledgment of the peer; `isBare` says that the segment carries nothing else. */
  acknowledge(acknowledgment: number, windowBytes: number, isBare: boolean): void {
    const upTo = sequenceDistance(this.#options.firstSequence, acknowledgment);
    if (upTo > this.#highest) return;
    if (upTo > this.#acknowledged) this.#advance(upTo);
    else if (upTo === this.#acknowledged && isBare && windowBytes === this.#peerWindowBytes) this.#duplicate();
    this.#peerWindowBytes = windowBytes;
    this.#fill();
  }

  /** The path takes no more than this many bytes of data in a segment; what is under way may have been lost for that. */
  shrink(segmentBytes: number, quotedSequence: number): void {
    const at = sequenceDistance(this.#options.firstSequence, quotedSequence);
    if (segmentBytes >= this.#segmentBytes || at < this.#acknowledged || at >= this.#highest) return;
    this.#segmentBytes = segmentBytes;
    this.#goBack();
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #advance(upTo: number): void {
    const newlyBytes = upTo - this.#acknowledged;
    this.#acknowledged = upTo;
    this.#next = Math.max(this.#next, upTo);
    this.#duplicates = 0;
    this.#timeoutMs = FIRST_TIMEOUT_MS;
    const isSlowStart = this.#congestionWindowBytes < this.#thresholdBytes;
    const growth = isSlowStart ? newlyBytes : (this.#segmentBytes * newlyBytes) / this.#congestionWindowBytes;
    this.#congestionWindowBytes += growth;
    this.stop();
    if (!this.isDone && this.#acknowledged < this.#highest) this.#startTimer();
  }

  #duplicate(): void {
    if (this.#acknowledged === this.#highest) return;
    this.#duplicates++;
    if (this.#duplicates !== DUPLICATES_OF_A_LOSS) return;
    this.#halve();
    const next = this.#next;
    this.#next = this.#acknowledged;
    this.#sendOne();
    this.#next = next;
  }

  #fill(): void {
    const windowBytes = Math.min(this.#peerWindowBytes, Math.floor(this.#congestionWindowBytes));
    const end = this.#options.data.length + 1;
    // Whole segments only, so that a full window does not end in a sliver; the last one is as short as it is.
    while (this.#next < end) {
      const wanted = Math.min(this.#segmentBytes, end - this.#next);
      if (this.#next > this.#acknowledged && this.#next + wanted > this.#acknowledged + windowBytes) break;
      this.#sendOne();
    }
  }

  #sendOne(): void {
    const { data, firstSequence, transmit } = this.#options;
    const from = this.#next;
    const to = Math.min(from + this.#segmentBytes, data.length);
    const isLast = to === data.length;
    if (from < this.#highest) this.retransmissions++;
    this.#next = isLast ? data.length + 1 : to;
    this.#highest = Math.max(this.#highest, this.#next);
    if (this.#cancelTimer === undefined) this.#startTimer();
    transmit(sequenceAdd(firstSequence, from), data.subarray(from, to), isLast ? TCP_FLAG.FIN | TCP_FLAG.PSH : 0);
  }

  #startTimer(): void {
    this.#cancelTimer = this.#options.schedule(this.#timeoutMs, () => {
      this.#cancelTimer = undefined;
      this.#timeoutMs = Math.min(this.#timeoutMs * 2, LONGEST_TIMEOUT_MS);
      this.#halve();
      this.#goBack();
    });
  }

  #halve(): void {
    this.#thresholdBytes = Math.max(2 * this.#segmentBytes, (this.#highest - this.#acknowledged) / 2);
    this.#congestionWindowBytes = this.#segmentBytes;
  }

  #goBack(): void {
    this.stop();
    this.#next = this.#acknowledged;
    this.#duplicates = 0;
    this.#fill();
  }
}
