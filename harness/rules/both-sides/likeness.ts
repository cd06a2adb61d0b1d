/**
 * Whether a packet that came out was made of one that went in, though it is not the same any more. Only what no second packet has by
 * chance counts: the same content under another address, a checksum that was right and is wrong now, a TCP sequence number, a packet
 * inside the other. That two packets are of one flow does not: both captures may have lost one of it.
 */
import { equalRange, readUint16, readUint8 } from '../../packet/bytes.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6, ipv6FlowLabel } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { TCP, TCP_FLAG } from '../../packet/tcp.ts';
import { contentFingerprint } from '../fingerprint.ts';
import { contentKey, type InnerPacket } from './content-key.ts';
import { checksumFieldAt, checksumState, createUpperLayer, findUpperLayer } from '../upper-layer.ts';

const ADDRESSES_BYTES = 32;
const FRAGMENT_BYTES = 8;
const ICMPV6_BYTES = 8;
/** The first informational type (RFC 4443 section 2.1). */
const FIRST_INFORMATIONAL = 128;
/** So much of a quoted packet, or of one in fragments, is that of no other. */
const TELLING_BYTES = 16;
const LEAST_CONTENT_BYTES = 8;

/** What makes packets alike, as seeds of their keys. */
const KIND = { MOVED: 1, DAMAGED: 2, IDENTIFIED: 3, STRIPPED: 4, DOUBLED: 5, FRAGMENTED: 6, ANSWERED: 7 } as const;

/** A packet with its upper layer found. */
export interface LikePacket extends InnerPacket {
  readonly protocol: number;
  readonly upperAt: number;
}

const LAYER = createUpperLayer();

/** Undefined for a packet whose headers are cut. */
export function likePacket({ bytes, at, end }: InnerPacket): LikePacket | undefined {
  if (end > bytes.length || !findUpperLayer(bytes, at, end, LAYER)) return undefined;
  return { bytes, at, end, protocol: LAYER.protocol, upperAt: LAYER.at };
}

const layerOf = ({ protocol, upperAt }: LikePacket) => ({ protocol, at: upperAt });
const nextHeaderOf = ({ bytes, at }: InnerPacket): number => readUint8(bytes, at + IPV6.NEXT_HEADER);
const stateOf = (packet: LikePacket) => checksumState(packet.bytes, packet.at, layerOf(packet), packet.end);
const sameAddresses = (one: InnerPacket, other: InnerPacket): boolean =>
  equalRange(one.bytes, one.at + IPV6.SOURCE, other.bytes, other.at + IPV6.SOURCE, ADDRESSES_BYTES);

/** The packet that another carries directly behind its header; undefined if it carries none. */
function nestedIn(packet: InnerPacket): InnerPacket | undefined {
  const at = packet.at + IPV6.HEADER_LENGTH;
  if (nextHeaderOf(packet) !== PROTOCOL.IPV6 || at + IPV6.HEADER_LENGTH > packet.end) return undefined;
  return { bytes: packet.bytes, at, end: packet.end };
}

/** The packet that an ICMPv6 error quotes, as far as it does; undefined for anything else. */
function quotedIn({ bytes, protocol, upperAt, end }: LikePacket): InnerPacket | undefined {
  const at = upperAt + ICMPV6_BYTES;
  if (protocol !== PROTOCOL.ICMPV6 || readUint8(bytes, upperAt) >= FIRST_INFORMATIONAL) return undefined;
  return at + IPV6.HEADER_LENGTH + TELLING_BYTES <= end ? { bytes, at, end } : undefined;
}

/** Where the content of the first piece of a packet begins, and of what protocol it is; undefined for a packet that is no first piece. */
function firstPiece({ bytes, protocol, upperAt, end }: LikePacket): { at: number; protocol: number } | undefined {
  const isFirst = protocol === PROTOCOL.FRAGMENT && upperAt + FRAGMENT_BYTES <= end && isOffsetZero(bytes, upperAt);
  return isFirst ? { at: upperAt + FRAGMENT_BYTES, protocol: readUint8(bytes, upperAt) } : undefined;
}

const isOffsetZero = (bytes: Uint8Array, at: number): boolean => readUint16(bytes, at + 2) >>> 3 === 0;

/** The bytes that identify one packet among those between two addresses; undefined for a protocol that has none. */
function identityOf({ bytes, protocol, upperAt, end }: LikePacket): readonly [at: number, length: number] | undefined {
  if (protocol === PROTOCOL.TCP && upperAt + TCP.MINIMUM_HEADER_LENGTH <= end)
    return isTelling(bytes, upperAt, end) ? [upperAt, TCP.SEQUENCE + 4] : undefined;
  if (protocol !== PROTOCOL.ICMPV6 || upperAt + ICMPV6_BYTES > end) return undefined;
  const type = readUint8(bytes, upperAt);
  if (type === ICMPV6_TYPE.ECHO_REQUEST || type === ICMPV6_TYPE.ECHO_REPLY) return [upperAt + 4, 4];
  const quoteBytes = IPV6.HEADER_LENGTH + TELLING_BYTES;
  return type < FIRST_INFORMATIONAL && upperAt + ICMPV6_BYTES + quoteBytes <= end
    ? [upperAt + ICMPV6_BYTES, quoteBytes]
    : undefined;
}

/** A bare acknowledgement has the sequence number of the one before. */
function isTelling(bytes: Uint8Array, tcpAt: number, end: number): boolean {
  const isSyn = (readUint8(bytes, tcpAt + TCP.FLAGS) & TCP_FLAG.SYN) !== 0;
  return isSyn || tcpAt + (readUint8(bytes, tcpAt + TCP.DATA_OFFSET) >>> 4) * 4 < end;
}

/** Whether two ranges of one length hold the same but for a checksum. */
function sameContent(one: LikePacket, other: LikePacket): boolean {
  const length = one.end - one.upperAt;
  if (length < LEAST_CONTENT_BYTES || length !== other.end - other.upperAt) return false;
  const fieldAt = checksumFieldAt(layerOf(one), one.end);
  if (fieldAt === -1) return equalRange(one.bytes, one.upperAt, other.bytes, other.upperAt, length);
  const before = fieldAt - one.upperAt;
  return (
    equalRange(one.bytes, one.upperAt, other.bytes, other.upperAt, before) &&
    equalRange(one.bytes, fieldAt + 2, other.bytes, other.upperAt + before + 2, length - before - 2)
  );
}

/** Packets that are alike have a key in common; most that have one in common are alike. */
export function likeKeys(packet: LikePacket, isInput: boolean): readonly number[] {
  const { bytes, at, end, protocol, upperAt } = packet;
  const keys: number[] = [];
  const addresses = (kind: number): number => contentFingerprint(bytes, at + IPV6.SOURCE, ADDRESSES_BYTES, kind);
  const fieldAt = checksumFieldAt(layerOf(packet), end);
  const contentAt = fieldAt === -1 ? upperAt : fieldAt + 2;
  if (end - upperAt >= LEAST_CONTENT_BYTES)
    keys.push(contentFingerprint(bytes, contentAt, end - contentAt, KIND.MOVED ^ (protocol << 8)));
  if (fieldAt !== -1) keys.push(addresses(KIND.DAMAGED) ^ readUint16(bytes, fieldAt));
  const identity = identityOf(packet);
  if (identity !== undefined) keys.push(contentFingerprint(bytes, ...identity, addresses(KIND.IDENTIFIED)));
  const nested = nestedIn(packet);
  keys.push(contentKey(packet, isInput ? KIND.DOUBLED : KIND.STRIPPED));
  if (nested !== undefined) keys.push(contentKey(nested, isInput ? KIND.STRIPPED : KIND.DOUBLED));
  const piece = firstPiece(packet) ?? { at: upperAt, protocol };
  if (piece.at + TELLING_BYTES <= end)
    keys.push(contentFingerprint(bytes, piece.at, TELLING_BYTES, addresses(KIND.FRAGMENTED)));
  const quoted = isInput ? packet : quotedIn(packet);
  if (quoted !== undefined && quoted.at + IPV6.HEADER_LENGTH + TELLING_BYTES <= end)
    keys.push(contentFingerprint(bytes, quoted.at + IPV6.SOURCE, ADDRESSES_BYTES + TELLING_BYTES, KIND.ANSWERED));
  return keys;
}

/** Whether `output` was made of `input`. */
export function isMadeOf(output: LikePacket, input: LikePacket): boolean {
  return (
    isMoved(output, input) ||
    isDamaged(output, input) ||
    isIdentified(output, input) ||
    isInside(output, nestedIn(input)) ||
    isInside(input, nestedIn(output)) ||
    isRefragmented(output, input)
  );
}

/** The same content with other addresses or other extension headers. */
function isMoved(output: LikePacket, input: LikePacket): boolean {
  if (output.protocol !== input.protocol || !sameContent(output, input)) return false;
  const label = ipv6FlowLabel(input.bytes, input.at);
  if (sameAddresses(output, input) || (label !== 0 && label === ipv6FlowLabel(output.bytes, output.at))) return true;
  return stateOf(output) === 'wrong' && stateOf(input) === 'right';
}

/** The same checksum, which was right and is not any more. */
function isDamaged(output: LikePacket, input: LikePacket): boolean {
  const outputAt = checksumFieldAt(layerOf(output), output.end);
  const inputAt = checksumFieldAt(layerOf(input), input.end);
  if (outputAt === -1 || inputAt === -1 || output.protocol !== input.protocol || !sameAddresses(output, input))
    return false;
  if (readUint16(output.bytes, outputAt) !== readUint16(input.bytes, inputAt)) return false;
  return stateOf(output) === 'wrong' && stateOf(input) === 'right';
}

/** The same packet by what its protocol calls it: whatever else is different was changed. */
function isIdentified(output: LikePacket, input: LikePacket): boolean {
  const [one, other] = [identityOf(output), identityOf(input)];
  if (one === undefined || other === undefined || output.protocol !== input.protocol) return false;
  if (output.end - output.upperAt !== input.end - input.upperAt || !sameAddresses(output, input)) return false;
  if (!equalRange(output.bytes, one[0], input.bytes, other[0], one[1])) return false;
  if (output.protocol === PROTOCOL.ICMPV6)
    return readUint8(output.bytes, output.upperAt) === readUint8(input.bytes, input.upperAt);
  // A segment that is sent again has another acknowledgement or time stamp, and the same data.
  const dataAt = TCP.MINIMUM_HEADER_LENGTH;
  const flags = readUint8(input.bytes, input.upperAt + TCP.FLAGS);
  if (flags !== readUint8(output.bytes, output.upperAt + TCP.FLAGS)) return false;
  const offset = (readUint8(input.bytes, input.upperAt + TCP.DATA_OFFSET) >>> 4) * 4;
  const isSyn = (flags & TCP_FLAG.SYN) !== 0;
  const from = isSyn ? dataAt : offset;
  const length = (isSyn ? offset : input.end - input.upperAt) - from;
  return !equalRange(output.bytes, output.upperAt + from, input.bytes, input.upperAt + from, length);
}

const isInside = (whole: InnerPacket, nested: InnerPacket | undefined): boolean =>
  nested !== undefined &&
  nested.end - nested.at === whole.end - whole.at &&
  nextHeaderOf(nested) === nextHeaderOf(whole) &&
  equalRange(whole.bytes, whole.at + IPV6.SOURCE, nested.bytes, nested.at + IPV6.SOURCE, whole.end - whole.at - 8);

/** One is the first piece of the other. */
function isRefragmented(output: LikePacket, input: LikePacket): boolean {
  const [outputPiece, inputPiece] = [firstPiece(output), firstPiece(input)];
  if ((outputPiece === undefined) === (inputPiece === undefined) || !sameAddresses(output, input)) return false;
  const piece = outputPiece ?? inputPiece;
  const [part, whole] = outputPiece === undefined ? [input, output] : [output, input];
  if (piece === undefined || piece.protocol !== whole.protocol) return false;
  const length = Math.min(part.end - piece.at, whole.end - whole.upperAt);
  return length >= TELLING_BYTES && equalRange(part.bytes, piece.at, whole.bytes, whole.upperAt, length);
}

/** Whether an ICMPv6 error that came out is about the packet that went in. */
export function isAbout(output: LikePacket, input: LikePacket): boolean {
  const quoted = quotedIn(output);
  if (quoted === undefined || nextHeaderOf(quoted) !== nextHeaderOf(input)) return false;
  const length = Math.min(quoted.end - quoted.at, input.end - input.at) - IPV6.SOURCE;
  return (
    length >= ADDRESSES_BYTES + TELLING_BYTES &&
    equalRange(quoted.bytes, quoted.at + IPV6.SOURCE, input.bytes, input.at + IPV6.SOURCE, length)
  );
}
