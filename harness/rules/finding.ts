import type { PortName } from '../ports.ts';

/** One Ethernet frame as the rules get it. */
export interface JudgedFrame {
  /** Number in the evidence or the capture. */
  readonly number: number;
  /** The port it was seen on; undefined where a capture does not say. */
  readonly port: PortName | undefined;
  readonly direction: 'from-dut' | 'to-dut' | 'unknown';
  /** Nanoseconds since the Unix epoch. */
  readonly timestampNs: bigint;
  /** The same in milliseconds, for who has it at hand; where it is given, the rules take it instead. */
  readonly timestampMs?: number;
  /** From the destination MAC address on, no FCS. Read during the call only, never kept. */
  readonly bytes: Uint8Array;
  /** Where the network header begins and what it is, for frames whose link layer is not Ethernet with up to two VLAN tags. */
  readonly network?: { readonly at: number; readonly etherType: number };
  /** The mark of the stimulus that the frame is or belongs to, where the caller knows it. */
  readonly mark?: number;
}

/** Where in the frame it is wrong. */
export interface FindingPlace {
  /** From the start of the frame. */
  readonly offset?: number;
  readonly lengthBytes?: number;
  /** Header and field, e.g. `ipv4.ttl`. */
  readonly field?: string;
}

/** One frame that is not as a requirement demands. */
export interface Finding extends FindingPlace {
  readonly requirement: string;
  readonly frameNumber: number;
  /** Every legal alternative, in words that stand alone. */
  readonly expected: readonly string[];
  readonly actual: string;
}

/** How a rule says that the frame at hand violates its requirement. */
export type Report = (expected: string | readonly string[], actual: string, place?: FindingPlace) => void;

/** Milliseconds since the Unix epoch. */
export const timestampMsOf = ({ timestampMs, timestampNs }: JudgedFrame): number =>
  timestampMs ?? Number(timestampNs) / 1e6;
