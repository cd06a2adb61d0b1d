/** What a capture holds, whichever file format it came from. */

/**
 * Which way a frame went, **as seen from the DUT**: `inbound` is what the tester sent to the DUT, `outbound` what the DUT
 * sent. The interfaces of a capture are the ports of the DUT, so a capture taken on the DUT itself reads the same.
 */
export type CaptureDirection = 'inbound' | 'outbound';

/** Link types of www.tcpdump.org/linktypes.html that a user may hand us; the number is what the file holds. */
export const LinkType = {
  NULL: 0,
  ETHERNET: 1,
  /** Raw IP under the numbers of two BSDs, as DLT_RAW was written before 101 was assigned. */
  RAW_BSD: 12,
  RAW_OPENBSD: 14,
  RAW_IP: 101,
  LOOP: 108,
  LINUX_COOKED: 113,
  RAW_IPV4: 228,
  RAW_IPV6: 229,
  LINUX_COOKED_2: 276,
} as const;

export interface CapturedFrame {
  /** 0 for the first frame of the file; Wireshark's frame number is one more. */
  readonly index: number;
  /** Nanoseconds since 1970-01-01 00:00 UTC; 0n when the record carries none (Simple Packet Block). */
  readonly timestampNs: bigint;
  /** Position in {@link CaptureInfo.interfaces}, counted over all sections of the file. */
  readonly interfaceIndex: number;
  /** `if_name`; undefined when the file names none (classic pcap never does). */
  readonly interfaceName: string | undefined;
  readonly linkType: number;
  /** Length on the wire; larger than `bytes.length` when the frame was cut by the snap length. */
  readonly originalLengthBytes: number;
  /** A view into the read buffer, which is never reused; a frame kept for long keeps its buffer (up to 1 MiB) alive. */
  readonly bytes: Uint8Array;
  readonly comments: readonly string[];
  readonly direction?: CaptureDirection;
}

export interface CapturedInterface {
  readonly name?: string;
  readonly description?: string;
  readonly linkType: number;
  /** 0 means no limit. */
  readonly snapLengthBytes: number;
}

/** What the file says about itself. Grows while the file is read, because interfaces may be described late. */
export interface CaptureInfo {
  readonly format: 'pcap' | 'pcapng';
  readonly comments: readonly string[];
  /** `shb_userappl` of each section that has one: what wrote the file. */
  readonly applications: readonly string[];
  readonly interfaces: readonly CapturedInterface[];
}
