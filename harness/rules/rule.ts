import type { Dissection } from './dissection.ts';
import type { Facts } from './facts.ts';
import type { JudgedFrame, Report } from './finding.ts';
import type { QuickPacket } from './quick/packet.ts';

/**
 * Which frames a rule is asked about:
 * - `header`: every IPv4 packet of the tunnel that the DUT sent, later fragments included;
 * - `inner`: those of them that hold an inner IPv6 header;
 * - `emitted`: every IP packet that the DUT sent.
 */
export type RuleScope = 'header' | 'inner' | 'emitted';

/** Judges one frame and returns whether it could be judged at all. */
export type Judge = (packet: Dissection, facts: Facts, report: Report, frame: JudgedFrame) => boolean;

interface RuleBase {
  /** Id in the catalogue. */
  readonly requirement: string;
  readonly scope: RuleScope;
  /** The rule also judges tunnel packets with an outer IPv6 header (Dissection.outerIpv6At); rules of scope `emitted` are always asked. */
  readonly knowsOuterIpv6?: true;
  appliesTo(facts: Facts): boolean;
}

/** A judgement of one frame on its own. */
export interface FrameRule extends RuleBase {
  readonly judge: Judge;
}

/** A judgement that remembers earlier frames; every engine has its own memory. */
export interface StatefulRule extends RuleBase {
  create(facts: Facts): StatefulJudge;
}

export interface StatefulJudge {
  readonly judge: Judge;
  /** For the quick path: whether `judge` would find nothing in this packet. Changes nothing. */
  readonly approves?: (packet: QuickPacket) => boolean;
  /** For the quick path: remembers an approved packet exactly as `judge` would. */
  readonly notes?: (packet: QuickPacket) => void;
  /** Called once, after the last frame; `frameNumber` is the frame that shows it. */
  finish?(report: (frameNumber: number, ...finding: Parameters<Report>) => void): void;
}

/** For a judge that remembers nothing of what the quick path passes. */
export const NOTHING_TO_NOTE: NonNullable<StatefulJudge['notes']> = () => undefined;

export type PassiveRule = FrameRule | StatefulRule;

export const always = (): boolean => true;
