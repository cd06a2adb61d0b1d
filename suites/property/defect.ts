import {
  ETHERNET,
  internetChecksum,
  IPV4,
  ipv4HeaderLengthBytes,
  ipv4TotalLength,
  writeUint16,
} from '../../harness/packet/index.ts';
import type { AllowedIcmpv6, Stimulus } from '../../harness/tester/context.ts';

/** One way to break a packet, so that a clause says what becomes of it. */
export interface Defect {
  /** Behind "with". */
  readonly title: string;
  /** The clause that says that the packet is dropped. */
  readonly requirement: string;
  /** ICMPv6 errors that the clause leaves to the node. */
  readonly allow?: readonly AllowedIcmpv6[];
  /** Breaks the frame of a well-formed stimulus. The bytes may be changed in place: they are a copy. */
  readonly apply: (frame: Uint8Array, at: Places, parameter: number) => Uint8Array;
}

/** Where the headers are in a frame. */
export interface Places {
  /** Of the outer IPv4 header, or of the packet where there is no tunnel. */
  readonly outer: number;
  /** Of the inner IPv6 header. */
  readonly inner: number;
}

export const placesOf = ({ frame, inner }: Stimulus): Places => ({
  outer: ETHERNET.HEADER_LENGTH,
  inner: frame.length - inner.length,
});

/** A value from a range, the parameter choosing which. */
export const within = (minimum: number, maximum: number, parameter: number): number =>
  minimum + (parameter % (maximum - minimum + 1));

/** Makes the outer header checksum right, so that another defect gets past it. */
export const withChecksum = (frame: Uint8Array, at: number): Uint8Array => {
  writeUint16(frame, at + IPV4.HEADER_CHECKSUM, 0);
  writeUint16(
    frame,
    at + IPV4.HEADER_CHECKSUM,
    internetChecksum(frame, at, at + Math.max(IPV4.MINIMUM_HEADER_LENGTH, ipv4HeaderLengthBytes(frame, at))),
  );
  return frame;
};

/** Whether an IPv4 header has lost its form or its checksum: no node may take the packet (RFC 1122 sections 3.2.1.1 and 3.2.1.2). */
export const isBrokenIpv4 = (frame: Uint8Array, at: number): boolean => {
  const headerBytes = ipv4HeaderLengthBytes(frame, at);
  const totalBytes = ipv4TotalLength(frame, at);
  return (
    (frame[at] ?? 0) >> 4 !== 4 ||
    headerBytes < IPV4.MINIMUM_HEADER_LENGTH ||
    totalBytes < headerBytes ||
    at + totalBytes > frame.length ||
    internetChecksum(frame, at, at + headerBytes) !== 0
  );
};
