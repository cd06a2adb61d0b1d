/** What the reassembly of outer datagrams decides (RFC 791 section 3.2, RFC 815), with the overlap rule of RFC 5722 applied to IPv4 too. */
import { readUint16, readUint32 } from '../../packet/bytes.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { ihlBytes } from './checks.ts';
import type { OverlapJudge } from './fragment-list.ts';
import { noOverlap } from './fragment-list.ts';

export interface ReassemblyBehaviour {
  /** Fragments are only combined when all of this is equal (RFC 791: source, destination, protocol, identification). */
  key(fragment: Uint8Array): string;
  offsetBytes(fragment: Uint8Array): number;
  /** Longest datagram, header included. RFC 4213 section 3.6 asks for 1500 or the interface MTU at least. */
  limitBytes: number;
  /** What a limit that somebody has asked for amounts to, where `requiredBytes` must be possible. */
  heeded(askedBytes: number, requiredBytes: number): number;
  /** Datagrams that may be incomplete at a time; one more ends the oldest. */
  datagramLimit: number;
  /** RFC 1122 section 3.3.2: between 60 and 120 seconds. */
  timeoutMs: number | undefined;
  /** Whether Time Exceeded is sent about an incomplete datagram (RFC 792: only if fragment zero has arrived). */
  reportsTimeout(hasFirst: boolean): boolean;
  /** Whether what timed out is forgotten. */
  forgetsTimedOut: boolean;
  overlap: OverlapJudge;
  /**
   * Whether the end of a fragment agrees with what is known: `lastEnd` is that of the last fragment where it is here, `longestEnd` that
   * of the one that reaches furthest.
   */
  endFits(end: number, more: boolean, lastEnd: number | undefined, longestEnd: number): boolean;
  /** Where the data of a fragment begins. */
  headerLengthBytes(fragment: Uint8Array): number;
  /** Whether a datagram is forgotten when it has been put together. */
  forgetsComplete: boolean;
  /** The ECN field of the whole, undefined to drop it (RFC 3168 section 5.3). */
  readonly mergedEcn: (fields: readonly number[]) => number | undefined;
  /** Whether pieces are kept until the datagram is complete, or what is done with them at once instead. */
  onArrival(fragment: Uint8Array): 'keep' | 'drop' | 'deliver';
}

const NOT_ECT = 0;
const CONGESTION_EXPERIENCED = 3;

export const reassembly: ReassemblyBehaviour = {
  key: (fragment) =>
    `${String(readUint32(fragment, IPV4.SOURCE))} ${String(readUint32(fragment, IPV4.DESTINATION))} ` +
    `${String(fragment[IPV4.PROTOCOL])} ${String(readUint16(fragment, IPV4.IDENTIFICATION))}`,
  offsetBytes: (fragment) => (readUint16(fragment, IPV4.FLAGS_FRAGMENT_OFFSET) & 0x1fff) * 8,
  limitBytes: 65_535,
  heeded: (askedBytes, requiredBytes) => Math.max(askedBytes, requiredBytes),
  datagramLimit: 256,
  timeoutMs: 75_000,
  reportsTimeout: (hasFirst) => hasFirst,
  forgetsTimedOut: true,
  overlap: noOverlap,
  endFits: (end, more, lastEnd, longestEnd) =>
    more ? lastEnd === undefined || end <= lastEnd : end >= longestEnd && (lastEnd === undefined || end === lastEnd),
  headerLengthBytes: ihlBytes,
  forgetsComplete: true,
  mergedEcn: (fields) => {
    if (!fields.includes(CONGESTION_EXPERIENCED)) return fields[0];
    return fields.includes(NOT_ECT) ? undefined : CONGESTION_EXPERIENCED;
  },
  onArrival: () => 'keep',
};
