import type { NodeSession } from '../node/node.ts';
import { readUint8 } from '../packet/bytes.ts';
import { ETHERNET } from '../packet/ethernet.ts';
import { icmpv4IsError } from '../packet/icmpv4-types.ts';
import { ICMPV6_TYPE, icmpv6IsError } from '../packet/icmpv6-types.ts';
import {
  ipv4DestinationNumber,
  ipv4FragmentOffset,
  ipv4HeaderLengthBytes,
  ipv4Protocol,
  ipv4SourceNumber,
} from '../packet/ipv4.ts';
import { IPV6, ipv6NextHeader } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import type { Clock } from '../wire/clock.ts';
import type { RecordedFrame } from '../wire/recorder.ts';
import type { Stimulus } from './context.ts';
import { flowLabelsInside } from './flow-labels.ts';
import { isIpv4Frame } from './outer-packet.ts';

/** Linux: as many at once to each receiver, then one a second. */
export const ERROR_BURST = 6;
/** A little more than a second, because the node has a clock of its own. */
const REFILL_MS = 1050;
/**
 * Linux, of all errors to anybody but Packet Too Big: 50 at once, each of which may cost up to two, then one a millisecond, but
 * credited only when 20 ms have gone by. In older kernels those count as well that are held back for the sake of their receiver.
 */
export const FRAMES_WITHIN_BURST = 25;
/** 50 ms, and a tick of the node's clock. */
export const RECOVERY_MS = 60;
const AT = ETHERNET.HEADER_LENGTH;

/** What a case demands of ICMP errors: that they come, ICMPv6 ones only or of whichever version, or that none does. */
export type JudgedErrors = 'expected' | 'expected-icmpv6' | 'forbidden';

interface Allowance {
  readonly left: number;
  readonly atMs: number;
}

/**
 * How many ICMP errors each receiver may still get. A node limits them, as strictly as it likes (RFC 4443 section 2.4 (f), RFC 1812
 * section 4.3.2.8), and keeps count for as long as it runs, whatever target is taken down and up meanwhile. One that is held back
 * because of what an earlier case or repetition has asked for looks like silence, and silence like restraint; so a case that judges
 * errors asks nothing until the node has had the time to allow some again.
 *
 * Not counted is what tells of a path MTU, which no node may hold back for long (icmp6.rate-limit) and Linux never does.
 */
export class ErrorAllowance {
  readonly #clock: Clock;
  readonly #receivers = new Map<string, Allowance>();
  /** Frames that the node may have had to say something about since it was last left alone, and when the last one went. */
  #asked = 0;
  #askedAtMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts the errors in a frame of the node, and the frames that it gets. */
  take({ direction, bytes }: RecordedFrame): void {
    if (direction !== 'outbound') {
      const nowMs = this.#nowMs();
      this.#asked = nowMs - this.#askedAtMs < RECOVERY_MS ? this.#asked + 1 : 1;
      this.#askedAtMs = nowMs;
      return;
    }
    for (const receiver of errorReceiversIn(bytes)) {
      const left = Math.max(0, this.#left(receiver) - 1);
      this.#receivers.set(receiver, { left, atMs: this.#nowMs() });
    }
  }

  /** Waits until every sender of these stimuli may get an error about each of them, as many as ever come at once, or about one. */
  async refill(stimuli: readonly Stimulus[], errors: JudgedErrors): Promise<void> {
    const most = errors === 'forbidden' ? 1 : ERROR_BURST;
    const senders = errors === 'expected-icmpv6' ? ipv6SendersOf : sendersOf;
    const wanted = new Map<string, number>();
    for (const stimulus of stimuli) {
      for (const sender of senders(stimulus)) {
        if (this.#receivers.has(sender)) wanted.set(sender, Math.min(most, (wanted.get(sender) ?? 0) + 1));
      }
    }
    const missing = Math.max(0, ...[...wanted].map(([sender, count]) => count - this.#left(sender)));
    const waitMs = Math.max(Math.ceil(missing * REFILL_MS), this.#recoveryMs(stimuli.length));
    if (waitMs > 0) await this.#clock.sleep(waitMs);
  }

  /** How long the node has to be left alone before it may send so many errors to whomever. */
  #recoveryMs(count: number): number {
    const sinceMs = this.#nowMs() - this.#askedAtMs;
    return sinceMs >= RECOVERY_MS || this.#asked + count <= FRAMES_WITHIN_BURST ? 0 : RECOVERY_MS - sinceMs;
  }

  /** Whether the node may have nothing more to say in ICMPv6 to a sender of the stimulus. */
  isSpent(stimulus: Stimulus): boolean {
    return this.#receivers.size > 0 && [...ipv6SendersOf(stimulus)].some((sender) => this.#left(sender) < 1);
  }

  #left(receiver: string): number {
    const known = this.#receivers.get(receiver);
    return known === undefined
      ? ERROR_BURST
      : Math.min(ERROR_BURST, known.left + (this.#nowMs() - known.atMs) / REFILL_MS);
  }

  #nowMs(): number {
    return Number(this.#clock.nowNs() / 1_000_000n);
  }
}

const bySession = new WeakMap<NodeSession, ErrorAllowance>();

/** The one of a node that runs, which several test beds may use one after the other. */
export const errorAllowanceOf = (session: NodeSession): ErrorAllowance => {
  const known = bySession.get(session) ?? new ErrorAllowance(session.clock);
  bySession.set(session, known);
  return known;
};

const addressAt = (frame: Uint8Array, at: number): string =>
  Buffer.from(frame.subarray(at, at + 16)).toString('latin1');

/** Redirects are limited along with errors (RFC 4861 section 8.2). */
const isLimited = (type: number): boolean =>
  (icmpv6IsError(type) && type !== ICMPV6_TYPE.PACKET_TOO_BIG) || type === ICMPV6_TYPE.REDIRECT;

const errorReceiversIn = (frame: Uint8Array): string[] => {
  if (isIpv4Frame(frame) && ipv4Protocol(frame, AT) === PROTOCOL.ICMPV4) {
    const messageAt = AT + ipv4HeaderLengthBytes(frame, AT);
    const isError = ipv4FragmentOffset(frame, AT) === 0 && icmpv4IsError(frame[messageAt] ?? 0);
    return isError ? [String(ipv4DestinationNumber(frame, AT))] : [];
  }
  // The outermost one: what an error quotes is no error of the node.
  const found = flowLabelsInside(frame).findLast(
    ({ at }) =>
      at + IPV6.HEADER_LENGTH < frame.length &&
      ipv6NextHeader(frame, at) === PROTOCOL.ICMPV6 &&
      isLimited(readUint8(frame, at + IPV6.HEADER_LENGTH)),
  );
  return found === undefined ? [] : [addressAt(frame, found.at + IPV6.DESTINATION)];
};

/** Whom a node may tell of a stimulus: the sources of its headers, also of those that it quotes. */
const sendersOf = (stimulus: Stimulus): ReadonlySet<string> => {
  const whole = wholeOf(stimulus);
  const senders = ipv6SendersOf(stimulus);
  return isIpv4Frame(whole) ? new Set([...senders, String(ipv4SourceNumber(whole, AT))]) : senders;
};

const ipv6SendersOf = (stimulus: Stimulus): ReadonlySet<string> => {
  const whole = wholeOf(stimulus);
  return new Set(
    flowLabelsInside(whole)
      .filter(({ at }) => at + IPV6.HEADER_LENGTH <= whole.length)
      .map(({ at }) => addressAt(whole, at + IPV6.SOURCE)),
  );
};

const wholeOf = ({ frame, partOf }: Stimulus): Uint8Array => partOf?.frame ?? frame;
