import { toHex } from '../../packet/bytes.ts';
import { describe } from '../../packet/describe.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { tunnelPortsOf, type Profile } from '../../profile/index.ts';
import type { Finding } from '../../rules/index.ts';
import type { FrameFindings } from '../checker.ts';
import type { CheckedGroup } from '../sink.ts';

const SHOWN_BYTES = 32;

/** The packet in one line, the same as in all reports; from the network header on where the link layer is not Ethernet alone. */
export function frameText({ bytes, networkAt, etherType, isPlainEthernet }: FrameFindings, profile: Profile): string {
  const options = tunnelPortsOf(profile);
  if (isPlainEthernet) return describe(bytes, 'ethernet', options);
  const start = etherType === ETHER_TYPE.IPV6 ? 'ipv6' : 'ipv4';
  return describe(bytes.subarray(networkAt), start, options);
}

export interface FindingBytes {
  readonly field: string;
  /** From the start of the frame. */
  readonly offset: number;
  readonly hex: string;
}

/** The bytes that a finding points at, by field name; undefined where it points at none. */
export function findingBytes({ field, offset, lengthBytes = 1 }: Finding, bytes: Uint8Array): FindingBytes | undefined {
  if (offset === undefined) return undefined;
  const end = Math.min(offset + lengthBytes, offset + SHOWN_BYTES);
  const more = lengthBytes > SHOWN_BYTES ? '...' : '';
  return { field: field ?? 'bytes', offset, hex: `${toHex(bytes, offset, end)}${more}` };
}

const NANOSECONDS_PER_SECOND = 1_000_000_000n;
/** What a Date can hold (ECMA-262). */
const LATEST_SECOND = 8_640_000_000_000n;

/** The time of the frame at hand, to the nanosecond; undefined for a record without time, which would else be of 1970. */
export function timeText({ inputs }: CheckedGroup, { input }: FrameFindings): string | undefined {
  const timestampNs = inputs[input]?.decoder.timestampNs() ?? 0n;
  const seconds = timestampNs / NANOSECONDS_PER_SECOND;
  if (timestampNs <= 0n || seconds > LATEST_SECOND) return undefined;
  const fraction = String(timestampNs % NANOSECONDS_PER_SECOND).padStart(9, '0');
  return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', `.${fraction}Z`);
}
