import type { CaptureRecord } from '../capture/index.ts';

import { readUint32, readUint8 } from '../packet/bytes.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { createRuleEngine, type Finding, type JudgedFrame, type RuleContext, type RuleEngine } from '../rules/index.ts';
import { Conversations } from './conversations.ts';
import { locate } from './link-layer.ts';
import { Overlay } from './overlay.ts';
import { PacketWalk } from './packet-walk.ts';
import { createPlace, type FramePlace } from './place.ts';
import { countReason, createTally, summarize, type CheckSummary, type Tally } from './tally.ts';

/** Which port of the node a frame was seen on, and which way it went. */
export type Seen = Pick<JudgedFrame, 'port' | 'direction'>;

/** Tells where a frame was seen; `direction` is what the file or the link layer says of it. */
export type SeenAt = (record: CaptureRecord, input: number, direction: CaptureRecord['direction']) => Seen;

const UNPAIRED =
  'came out of the node and were not seen to go in: its own, not captured, or changed beyond recognition';
const AMBIGUOUS = 'were changed in the node, but from which of several packets that went in is not sure';
const UNKNOWN: Seen = { port: undefined, direction: 'unknown' };

/** What is wrong with one frame. Everything in it is only good during the call. */
export interface FrameFindings {
  readonly record: CaptureRecord;
  /** Position of the file in the order of the check. */
  readonly input: number;
  /** From the start of the frame; findings give their places in it. */
  readonly bytes: Uint8Array;
  /** Where the outermost network header stands in `bytes`. */
  readonly networkAt: number;
  readonly etherType: number;
  readonly isPlainEthernet: boolean;
  readonly findings: readonly Finding[];
}

export interface CheckerOptions {
  readonly context: RuleContext;
  /** Without it, nothing is known but which frames the capturing host sent, where the file or the link layer says so. */
  readonly seenAt?: SeenAt | undefined;
  /** How many files are judged together; 1 unless said. */
  readonly inputs?: number;
  /** Judge packets of other overlays, too: in a capture of the harness, whatever the node sends is meant for this one. */
  readonly judgesForeign?: boolean;
  readonly onFindings: (found: FrameFindings) => void;
  /** A finding in a frame that went by before: its file, and its number in it. */
  readonly onLate: (finding: Finding, input: number, frameNumber: number) => void;
}

/** Judges the frames of a capture one after the other, in place. */
export class Checker {
  readonly tally: Tally = createTally();
  readonly #engine: RuleEngine;
  readonly #overlay: Overlay;
  readonly #options: CheckerOptions;
  readonly #inputs: number;
  readonly #place = createPlace();
  readonly #walk = new PacketWalk();
  readonly #conversations = new Conversations();
  readonly #findings = new Map<string, number>();
  #number = 0;

  constructor(options: CheckerOptions) {
    this.#options = options;
    this.#inputs = options.inputs ?? 1;
    this.#engine = createRuleEngine(options.context);
    this.#overlay = new Overlay(options.context);
  }

  /** @param input position of the file that the record is of */
  take(record: CaptureRecord, input = 0): void {
    const { tally } = this;
    tally.frames++;
    const place = this.#place;
    locate(record, place);
    // The rules know frames by one number, from which file and number in the file can be told again.
    this.#number = record.number * this.#inputs + input;
    place.number = this.#number;
    const isSnapped = record.end - record.at < record.originalLengthBytes;
    if (isSnapped) tally.snappedFrames++;
    if (place.etherType === ETHER_TYPE.IPV4 && !this.#isDirected && this.#isPassed(record)) return;
    if (place.etherType === 0) {
      if (place.obstacle !== undefined) countReason(tally, place.obstacle);
      return;
    }
    this.#judge(record, input, isSnapped);
  }

  /** Tells what only the end shows, and what there was. */
  finish(): CheckSummary {
    this.#tellLate(this.#engine.finish());
    const { unpairedOutputs, ambiguousOutputs } = this.#engine;
    for (const [what, count] of this.#engine.leftToCard) this.tally.notJudged.set(`tunnel packets ${what}`, count);
    if (unpairedOutputs > 0) this.tally.notJudged.set(UNPAIRED, unpairedOutputs);
    if (ambiguousOutputs > 0) this.tally.notJudged.set(AMBIGUOUS, ambiguousOutputs);
    return summarize(this.tally, this.#engine.judged, this.#findings, this.#conversations);
  }

  #tellLate(findings: readonly Finding[]): void {
    if (findings.length === 0) return;
    this.tally.framesWithFindings += new Set(findings.map(({ frameNumber }) => frameNumber)).size;
    for (const finding of findings) {
      this.#count(finding);
      const { frameNumber } = finding;
      this.#options.onLate(finding, frameNumber % this.#inputs, Math.floor(frameNumber / this.#inputs));
    }
  }

  /** Whether the quick path has judged the frame. */
  #isPassed({ originalLengthBytes }: CaptureRecord): boolean {
    const { quick, quickPacket } = this.#engine;
    if (quick === undefined) return false;
    const place = this.#place;
    // In UDP to another port there may be another tunnel, which is to be told of.
    const protocol = place.bytes[place.networkAt + 9];
    const isOther = protocol !== PROTOCOL.TCP && protocol !== PROTOCOL.ICMPV4;
    if (isOther && protocol !== this.#overlay.protocol) return false;
    const verdict = quick(place);
    if (verdict === 'tunnel packet') {
      this.tally.tunnelPackets++;
      this.#conversations.note(quickPacket.source, quickPacket.destination, originalLengthBytes);
    }
    return verdict !== 'not judged';
  }

  /** Whether the frame may be known to come from the node. */
  get #isDirected(): boolean {
    return this.#place.direction === 'outbound' || this.#options.seenAt !== undefined;
  }

  #judge(record: CaptureRecord, input: number, isSnapped: boolean): void {
    const walk = this.#walk;
    walk.begin(this.#place);
    for (;;) {
      const carries = walk.look();
      if (this.#overlay.isOwn(carries, walk)) {
        this.#judgeTunnel(record, input, isSnapped);
        return;
      }
      const reason = this.#overlay.reasonNotJudged(carries, walk);
      if (reason !== undefined) countReason(this.tally, reason);
      const goesOn = carries === 'another-packet' || carries === 'ipv6-in-ipv6' || carries === 'ipv6-in-gre';
      if (!goesOn) break;
      if (!walk.enter()) {
        countReason(this.tally, 'inside too many tunnels, or in one that is cut off');
        return;
      }
    }
    // What is no tunnel packet of this overlay matters as the other side of one, and as one in disguise.
    if (walk.depth > 0 || this.#isNothingTo()) return;
    this.#run(record, input, undefined);
  }

  /** Whether the rules surely have nothing to say of a packet that is in no tunnel. */
  #isNothingTo(): boolean {
    const { quick } = this.#engine;
    if (quick === undefined || this.#isDirected) return false;
    // Without a known node, no native IPv6 packet is one of its own.
    return this.#place.etherType === ETHER_TYPE.IPV6 || quick(this.#place) === 'no tunnel';
  }

  #judgeTunnel(record: CaptureRecord, input: number, isSnapped: boolean): void {
    const { tally } = this;
    const walk = this.#walk;
    const { bytes, networkAt, end, etherType } = walk.place;
    if (this.#options.judgesForeign !== true && this.#overlay.isForeign(walk)) {
      countReason(tally, 'tunnel packets of another overlay: neither inner address is in the prefix of the profile');
      return;
    }
    if (isSnapped && !this.#overlay.isInnerThere(walk))
      countReason(
        tally,
        'tunnel packets cut by the snap length before the end of their inner header (judged as far as they go)',
      );
    tally.tunnelPackets++;
    const isIpv4 = etherType === ETHER_TYPE.IPV4 && networkAt + 20 <= end;
    const conversation = isIpv4
      ? this.#conversations.note(
          readUint32(bytes, networkAt + 12) | 0,
          readUint32(bytes, networkAt + 16) | 0,
          record.originalLengthBytes,
        )
      : undefined;
    this.#run(record, input, conversation);
  }

  #run(record: CaptureRecord, input: number, conversation: number | undefined): void {
    const { place, depth } = this.#walk;
    const { seenAt } = this.#options;
    const seen = seenAt === undefined ? seenBy(this.#walk.place) : seenAt(record, input, this.#place.direction);
    const bytes = record.bytes.subarray(record.at, place.end);
    const networkAt = place.networkAt - record.at;
    const isAsRulesRead = place.isPlainEthernet && depth === 0;
    const frame: JudgedFrame = {
      number: this.#number,
      port: seen.port,
      direction: seen.direction,
      timestampNs: 0n,
      timestampMs: record.timestampMs,
      bytes,
      ...(isAsRulesRead ? {} : { network: { at: networkAt, etherType: place.etherType } }),
    };
    const findings = this.#engine.judge(frame);
    this.#tellLate(this.#engine.late());
    if (findings.length === 0) return;
    for (const finding of findings) this.#count(finding);
    if (conversation !== undefined) this.#conversations.addFindings(conversation, findings.length);
    this.tally.framesWithFindings++;
    this.#options.onFindings({
      record,
      input,
      bytes: record.bytes.subarray(record.at, record.end),
      networkAt: this.#place.networkAt - record.at,
      etherType: this.#place.etherType,
      isPlainEthernet: this.#place.isPlainEthernet,
      findings,
    });
  }

  #count({ requirement }: Finding): void {
    this.tally.findings++;
    this.#findings.set(requirement, (this.#findings.get(requirement) ?? 0) + 1);
  }
}

/** What senders begin with; a router on the way has taken its part. */
const INITIAL_TTLS: ReadonlySet<number> = new Set([64, 128, 255]);

/**
 * What the capture of a stranger says. A host that sent a frame may have forwarded it, which its TTL shows; and what a host received is
 * judged as what is captured anywhere.
 */
function seenBy({ direction, bytes, networkAt, etherType }: FramePlace): Seen {
  const isOwn = etherType === ETHER_TYPE.IPV4 && INITIAL_TTLS.has(readUint8(bytes, networkAt + 8));
  return direction === 'outbound' && isOwn ? { port: undefined, direction: 'from-dut' } : UNKNOWN;
}
