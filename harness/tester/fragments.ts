/** Outer fragments of a tunnel stimulus (RFC 791 section 3.2, RFC 8200 section 4.5), right ones and wrong ones. */
import { identificationOfMark } from './chosen-identifications.ts';
import { concat } from '../packet/bytes.ts';
import { ETHERNET } from '../packet/ethernet.ts';
import { ipv4HeaderLengthBytes, readIpv4Header } from '../packet/ipv4.ts';
import { build } from '../packet/build.ts';
import { payload } from '../packet/layer.ts';
import { ipv4 } from '../packet/layers/ipv4.ts';
import type { FragmentPiece, Stimulus } from './context.ts';
import { fragmentablePart, ipv6FragmentFrame } from './fragments-ipv6.ts';
import { isIpv6Frame } from './outer-packet.ts';

const AT = ETHERNET.HEADER_LENGTH;

/** Payload bytes of the outer packet of a stimulus. */
export const outerPayload = (whole: Stimulus): Uint8Array =>
  isIpv6Frame(whole.frame)
    ? fragmentablePart(whole)
    : whole.frame.subarray(AT + ipv4HeaderLengthBytes(whole.frame, AT));

/**
 * An Identification of the stimulus' own, where the case has set none: the usual 0 would put fragments of different packets together.
 * Never 0 itself.
 */
const identificationOf = ({ mark, identification = 0 }: Stimulus, ofMark: (mark: number) => number): number =>
  identification === 0 ? ofMark(mark) : identification;

/** One fragment; it belongs to the whole, and so does everything that the DUT makes of it. */
export const fragmentOf = (
  whole: Stimulus,
  piece: FragmentPiece,
  ofMark: (mark: number) => number = identificationOfMark,
): Stimulus => {
  const bytes = outerPayload(whole);
  const { offsetBytes } = piece;
  const end = piece.lengthBytes === undefined ? bytes.length : offsetBytes + piece.lengthBytes;
  const content = piece.payload ?? bytes.subarray(offsetBytes, end);
  const moreFragments = piece.moreFragments ?? end < bytes.length;
  const frameOf = isIpv6Frame(whole.frame) ? ipv6FragmentFrame : ipv4FragmentFrame;
  const frame = frameOf(whole, piece, content, moreFragments, identificationOf(whole, ofMark));
  const title = `fragment of ${String(content.length)} bytes at ${String(offsetBytes)} of the ${whole.title}`;
  return { ...whole, frame, title, partOf: whole };
};

const ipv4FragmentFrame = (
  whole: Stimulus,
  piece: FragmentPiece,
  content: Uint8Array,
  moreFragments: boolean,
  identification: number,
): Uint8Array => {
  const { source, destination, tos, ttl, protocol, options } = readIpv4Header(whole.frame, AT);
  const packet = build(
    ipv4({
      source,
      destination,
      tos,
      ttl,
      protocol,
      options,
      identification,
      dontFragment: false,
      moreFragments,
      fragmentOffset: piece.offsetBytes / 8,
      ...piece.outer,
    }),
    payload(content),
  );
  return concat(whole.frame.subarray(0, AT), packet, piece.trailer ?? new Uint8Array(0));
};

/** The whole in pieces of the given payload lengths and a last one with the rest. */
export const fragmentsOf = (
  whole: Stimulus,
  pieceLengthsBytes: readonly number[],
  ofMark: (mark: number) => number = identificationOfMark,
): Stimulus[] => {
  let offsetBytes = 0;
  const pieces = pieceLengthsBytes.map((lengthBytes) => {
    const piece = { offsetBytes, lengthBytes };
    offsetBytes += lengthBytes;
    return piece;
  });
  return [...pieces, { offsetBytes }].map((piece) => fragmentOf(whole, piece, ofMark));
};
