/** What an IPv4 packet carries, to tell whether two with one Identification are two packets or the same one seen twice. */
import { readUint16 } from '../../packet/bytes.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { contentFingerprint, contentFingerprintInView } from '../fingerprint.ts';

const FINGERPRINT_BYTES = 128;
const ADDRESSES_BYTES = 32;
const PORTS_BYTES = 4;
/** Ports, sequence number and acknowledgement: the same in a packet of many segments as in the first of them. */
const TCP_BYTES = 12;
const UDP_BYTES = 8;
const UDP_DATA_BYTES = 32;

export class PacketContent {
  /** Stands for what is carried. */
  value = 0;
  /** Stands for the part of it that also a capture with a short snap length has. */
  core = 0;
  /** Whether `value` stands for all that it would stand for in a longer capture. */
  isWhole = false;
  /** Whether the frame shows enough for `core`. */
  hasCore = false;

  /** @param view of the same memory, where there is one; @param end of the frame */
  read(
    bytes: Uint8Array,
    view: DataView | undefined,
    at: number,
    ipv6At: number,
    nextHeader: number,
    end: number,
  ): void {
    const addressesAt = ipv6At + IPV6.SOURCE;
    const upperAt = ipv6At + IPV6.HEADER_LENGTH;
    const upperBytes = nextHeader === PROTOCOL.TCP ? TCP_BYTES : UDP_BYTES;
    this.hasCore = ipv6At >= 0 && upperAt + upperBytes <= end;
    // Length and checksum of a datagram that is to be cut are not those of its pieces.
    const coreBytes = ADDRESSES_BYTES + (nextHeader === PROTOCOL.UDP ? PORTS_BYTES : upperBytes);
    this.core = this.hasCore ? fingerprint(bytes, view, addressesAt, coreBytes, 0) : 0;
    if (this.hasCore && nextHeader === PROTOCOL.TCP) {
      this.value = this.core;
      this.isWhole = true;
      return;
    }
    const isUdp = this.hasCore && nextHeader === PROTOCOL.UDP;
    const from = isUdp ? upperAt + UDP_BYTES : at + IPV4.MINIMUM_HEADER_LENGTH;
    const packetEnd = Math.max(end, at + readUint16(bytes, at + IPV4.TOTAL_LENGTH));
    const wanted = Math.max(0, Math.min(isUdp ? UDP_DATA_BYTES : FINGERPRINT_BYTES, packetEnd - from));
    const there = Math.max(0, Math.min(wanted, end - from));
    this.value = fingerprint(bytes, view, from, there, this.core);
    this.isWhole = there === wanted;
  }
}

const fingerprint = (
  bytes: Uint8Array,
  view: DataView | undefined,
  at: number,
  length: number,
  seed: number,
): number =>
  view === undefined ? contentFingerprint(bytes, at, length, seed) : contentFingerprintInView(view, at, length, seed);
