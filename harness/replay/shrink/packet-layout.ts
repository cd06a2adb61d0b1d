import { readUint16, writeUint16 } from '../../packet/bytes.ts';
import { internetChecksum, pseudoHeaderSum } from '../../packet/checksum.ts';
import { ETHERNET } from '../../packet/ethernet.ts';
import { ipv4HeaderLengthBytes, ipv4IsFragment, ipv4Protocol } from '../../packet/ipv4.ts';
import { IPV6, ipv6NextHeader } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { Profile } from '../../profile/index.ts';
import { isIpv4Frame, isIpv6Frame } from '../../tester/outer-packet.ts';
import { innerOfStimulus } from '../attribution.ts';
import type { ReplayStimulus } from '../recording.ts';

const AT = ETHERNET.HEADER_LENGTH;

/** Where things stand in a stimulus that can be made smaller. */
export interface PacketLayout {
  /** Fields that count bytes: where they stand, and from which byte on they count. */
  readonly lengths: readonly { readonly at: number; readonly from: number }[];
  readonly checksums: readonly ChecksumPlace[];
  readonly innerAt: number;
  readonly innerEnd: number;
  /** Behind the extension headers; the end of the packet where there is none. */
  readonly upperAt: number;
  readonly extensions: readonly { readonly at: number; readonly lengthBytes: number; readonly nextHeaderAt: number }[];
  /** Header bytes of the upper layer, behind which there is payload. */
  readonly upperHeaderBytes: number;
}

interface ChecksumPlace {
  readonly at: number;
  /** Of the bytes as they are now; 0 for one that is right. */
  readonly sum: (bytes: Uint8Array, layout: PacketLayout) => number;
  readonly mayBeZero: boolean;
}

const EXTENSIONS: ReadonlySet<number> = new Set([PROTOCOL.HOP_BY_HOP, PROTOCOL.ROUTING, PROTOCOL.DESTINATION_OPTIONS]);

/** Undefined for what cannot be taken apart safely: fragments, and frames without an inner packet. */
export const layoutOf = (stimulus: ReplayStimulus, profile: Profile): PacketLayout | undefined => {
  const { bytes, port } = stimulus;
  const isOuterIpv4 = port !== 'P' && isIpv4Frame(bytes);
  if (isOuterIpv4 && ipv4IsFragment(bytes, AT)) return undefined;
  if (port === 'P' && !isIpv6Frame(bytes)) return undefined;
  const inner = innerOfStimulus(stimulus, profile);
  if (inner.length < IPV6.HEADER_LENGTH || (inner[0] ?? 0) >> 4 !== 6) return undefined;
  const innerAt = inner.byteOffset - bytes.byteOffset;
  if (inner.buffer !== bytes.buffer) return undefined;
  const innerEnd = Math.min(innerAt + inner.length, innerAt + IPV6.HEADER_LENGTH + readUint16(bytes, innerAt + 4));
  const { extensions, upperAt, nextHeader } = walkExtensions(bytes, innerAt, innerEnd);
  const lengths = [{ at: innerAt + IPV6.PAYLOAD_LENGTH, from: innerAt + IPV6.HEADER_LENGTH }];
  const checksums: ChecksumPlace[] = [];
  if (isOuterIpv4) {
    lengths.push({ at: AT + 2, from: AT });
    checksums.push({ at: AT + 10, sum: ipv4Sum, mayBeZero: false });
  } else if (port !== 'P') lengths.push({ at: AT + IPV6.PAYLOAD_LENGTH, from: AT + IPV6.HEADER_LENGTH });
  const udpAt = isOuterIpv4 && ipv4Protocol(bytes, AT) === PROTOCOL.UDP ? AT + ipv4HeaderLengthBytes(bytes, AT) : -1;
  if (udpAt > 0) {
    lengths.push({ at: udpAt + 4, from: udpAt });
    checksums.push({ at: udpAt + 6, sum: (now) => upperSum(now, AT + 12, 4, udpAt, PROTOCOL.UDP), mayBeZero: true });
  }
  if (nextHeader === PROTOCOL.UDP) {
    lengths.push({ at: upperAt + 4, from: upperAt });
    checksums.unshift(innerChecksum(6, PROTOCOL.UDP));
  }
  if (nextHeader === PROTOCOL.ICMPV6) checksums.unshift(innerChecksum(2, PROTOCOL.ICMPV6));
  const upperHeaderBytes = nextHeader === PROTOCOL.UDP || nextHeader === PROTOCOL.ICMPV6 ? 8 : 0;
  return { lengths, checksums, innerAt, innerEnd, upperAt, extensions, upperHeaderBytes };
};

/** Takes bytes out and makes lengths and checksums right that were right, and leaves wrong ones as wrong as they were. */
export const withoutBytes = (
  { bytes, ...stimulus }: ReplayStimulus,
  layout: PacketLayout,
  at: number,
  lengthBytes: number,
  change: (bytes: Uint8Array) => void = () => undefined,
): ReplayStimulus => {
  const wereRight = layout.checksums.map((place) => isRight(bytes, place, layout));
  const changed = new Uint8Array(bytes.length - lengthBytes);
  changed.set(bytes.subarray(0, at));
  changed.set(bytes.subarray(at + lengthBytes), at);
  const moved = (place: number): number => (place >= at + lengthBytes ? place - lengthBytes : place);
  for (const length of layout.lengths) {
    if (at < length.from || at >= layout.innerEnd || length.at >= changed.length) continue;
    writeUint16(changed, moved(length.at), Math.max(0, readUint16(changed, moved(length.at)) - lengthBytes));
  }
  change(changed);
  const layoutNow = { ...layout, upperAt: moved(layout.upperAt), innerEnd: layout.innerEnd - lengthBytes };
  layout.checksums.forEach((place, index) => {
    if (wereRight[index] !== true) return;
    const placeAt = place.at < 0 ? layoutNow.upperAt - place.at : place.at;
    if (placeAt + 2 > changed.length) return;
    writeUint16(changed, placeAt, 0);
    const sum = place.sum(changed, layoutNow);
    writeUint16(changed, placeAt, sum === 0 && place.mayBeZero ? 0xffff : sum);
  });
  return { ...stimulus, bytes: changed };
};

const isRight = (bytes: Uint8Array, place: ChecksumPlace, layout: PacketLayout): boolean => {
  const at = place.at < 0 ? layout.upperAt - place.at : place.at;
  if (at + 2 > bytes.length || (place.mayBeZero && readUint16(bytes, at) === 0)) return false;
  return place.sum(bytes, layout) === 0;
};

const ipv4Sum = (bytes: Uint8Array): number => internetChecksum(bytes, AT, AT + ipv4HeaderLengthBytes(bytes, AT));

/** Counted back from the upper header, which moves: written as a negative offset. */
const innerChecksum = (offset: number, protocol: number): ChecksumPlace => ({
  at: -offset,
  sum: (bytes, { innerAt, upperAt }) => upperSum(bytes, innerAt + IPV6.SOURCE, 16, upperAt, protocol, innerAt),
  mayBeZero: protocol === PROTOCOL.UDP,
});

/** Checksum over an upper layer and its pseudo-header, up to where its length field or that of the inner packet ends it. */
const upperSum = (
  bytes: Uint8Array,
  addressesAt: number,
  addressBytes: 4 | 16,
  upperAt: number,
  protocol: number,
  innerAt?: number,
): number => {
  const lengthBytes =
    protocol === PROTOCOL.UDP || innerAt === undefined
      ? readUint16(bytes, upperAt + 4)
      : innerAt + IPV6.HEADER_LENGTH + readUint16(bytes, innerAt + IPV6.PAYLOAD_LENGTH) - upperAt;
  const end = Math.min(bytes.length, upperAt + lengthBytes);
  const pseudo = pseudoHeaderSum(
    bytes,
    addressesAt,
    bytes,
    addressesAt + addressBytes,
    addressBytes,
    protocol,
    lengthBytes,
  );
  return internetChecksum(bytes, upperAt, end, pseudo);
};

const walkExtensions = (
  bytes: Uint8Array,
  innerAt: number,
  innerEnd: number,
): Pick<PacketLayout, 'extensions' | 'upperAt'> & { readonly nextHeader: number } => {
  const extensions: { at: number; lengthBytes: number; nextHeaderAt: number }[] = [];
  let nextHeader = ipv6NextHeader(bytes, innerAt);
  let nextHeaderAt = innerAt + IPV6.NEXT_HEADER;
  let at = innerAt + IPV6.HEADER_LENGTH;
  while (EXTENSIONS.has(nextHeader) && at + 8 <= innerEnd) {
    const lengthBytes = ((bytes[at + 1] ?? 0) + 1) * 8;
    if (at + lengthBytes > innerEnd) break;
    extensions.push({ at, lengthBytes, nextHeaderAt });
    nextHeader = bytes[at] ?? PROTOCOL.NO_NEXT_HEADER;
    nextHeaderAt = at;
    at += lengthBytes;
  }
  return { extensions, upperAt: at, nextHeader };
};
