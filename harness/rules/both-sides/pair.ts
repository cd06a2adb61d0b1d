import type { PortName } from '../../ports.ts';
import type { Dissection } from '../dissection.ts';
import type { Facts } from '../facts.ts';
import type { Report } from '../finding.ts';

/**
 * What became of a packet:
 * - `forwarded`: it came out, perhaps changed;
 * - `duplicate`: it came out again;
 * - `doubled`: it came out in two tunnel headers;
 * - `stripped`: a packet that it carried came out in its place;
 * - `fragment-added`: it came out in an IPv6 fragment that it was not;
 * - `reassembled`: it was an IPv6 fragment, and what came out is none;
 * - `answered`: an ICMPv6 message about it, or an answer to it, came out.
 */
export type PairShape =
  'forwarded' | 'duplicate' | 'doubled' | 'stripped' | 'fragment-added' | 'reassembled' | 'answered';

/** A packet that went in and what came out of it. One object serves for every pair. */
export interface Pair {
  /** True from a pod into the tunnel, false from the tunnel to a pod. */
  encapsulating: boolean;
  shape: PairShape;
  /** The frame that went in, its IPv6 packet (the inner one, from the tunnel) at [inputAt, inputEnd). */
  input: Uint8Array;
  inputAt: number;
  inputEnd: number;
  /** Outer TOS octet, from the tunnel. */
  inputTos: number;
  /** Bytes behind the inner packet but inside the outer one, from the tunnel. */
  surplusBytes: number;
  /** Bytes behind the outer packet, from the tunnel. */
  paddingBytes: number;
  /** Number in the order in which packets went in. */
  sequence: number;
  /** Whether its place in the order is a guess: more packets went in that look the same, or it was paired late. */
  isAmbiguous: boolean;
  /** The frame that came out, its IPv6 packet (the inner one, into the tunnel) at [ipv6At, ipv6EndAt). */
  output: Dissection;
  outputPort: PortName | undefined;
  /** Offset from the IPv6 header of the first byte that differs, the first word and the hop limit aside; -1 if none does. */
  differenceAt: number;
  /** How many bytes differ, up to the end of the shorter packet. */
  differentBytes: number;
}

/** Judges a pair and returns whether it could be judged at all. */
export type PairJudge = (pair: Pair, facts: Facts, report: Report) => boolean;

export interface PairRule {
  /** Id in the catalogue. */
  readonly requirement: string;
  appliesTo(facts: Facts): boolean;
  /** Every engine has a judge of its own, with its own memory. */
  create(facts: Facts): PairJudge;
}

export function createPair(output: Dissection): Pair {
  return {
    encapsulating: false,
    shape: 'forwarded',
    input: new Uint8Array(0),
    inputAt: 0,
    inputEnd: 0,
    inputTos: 0,
    surplusBytes: 0,
    paddingBytes: 0,
    sequence: 0,
    isAmbiguous: false,
    output,
    outputPort: undefined,
    differenceAt: -1,
    differentBytes: 0,
  };
}
