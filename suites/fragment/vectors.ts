import {
  ETHER_TYPE,
  ETHERNET,
  ethernetEtherType,
  IPV4,
  ipv4HeaderLengthBytes,
  IPV6,
} from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { FragmentPiece, InnerFields, Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';

/** Size of an outer packet that every node must be able to put together (RFC 4213 section 3.6). */
export const REQUIRED_BYTES = 1500;

export const named = (stimulus: Stimulus, title: string): Stimulus => ({ ...stimulus, title });

/** What the outer packet carries: the inner packet, and what stands between it and the outer header. */
export const outerPayload = ({ frame }: Stimulus): Uint8Array =>
  frame.subarray(ETHERNET.HEADER_LENGTH + outerHeaderBytes(frame));

/** IPv4 with its options, or IPv6. */
const outerHeaderBytes = (frame: Uint8Array): number =>
  ethernetEtherType(frame) === ETHER_TYPE.IPV6
    ? IPV6.HEADER_LENGTH
    : ipv4HeaderLengthBytes(frame, ETHERNET.HEADER_LENGTH);

/** A tunnel packet with an outer packet of exactly this size. */
export const wholeOf = (t: TestContext, outerBytes: number, title: string, fields: InnerFields = {}): Stimulus =>
  named(t.fromTunnel({ ...fields, lengthBytes: outerBytes - overheadBytes(t.profile) }), title);

/** In pieces of one size, the last one with the rest. */
export const inPiecesOf = (t: TestContext, whole: Stimulus, lengthBytes: number): Stimulus[] => {
  const count = Math.ceil(outerPayload(whole).length / lengthBytes) - 1;
  return t.fragmentsOf(whole, Array<number>(count).fill(lengthBytes));
};

/** Delivered once, every byte as it was sent, the hop limit one lower. */
export const expectIntact = (t: TestContext, seen: Seen, whole: Stimulus): void => {
  const delivered = t.expectDelivered(seen, whole);
  if (delivered === undefined) return;
  t.expectBytes(`inner packet of the ${whole.title}`, delivered.packet, whole.inner, {
    frame: delivered.frame,
    ignore: (offset) => offset === IPV6.HOP_LIMIT,
  });
};

/** A piece of the whole with other bytes from `at` on, which counts as the piece's own offset does. */
export const altered = (
  t: TestContext,
  whole: Stimulus,
  piece: FragmentPiece & { readonly lengthBytes: number },
  at: number,
  bytes: Uint8Array,
): Stimulus => {
  const payload = outerPayload(whole).slice(piece.offsetBytes, piece.offsetBytes + piece.lengthBytes);
  payload.set(bytes, at - piece.offsetBytes);
  const changed = t.fragmentOf(whole, { ...piece, payload });
  return named(changed, `${changed.title}, altered at ${String(at)}`);
};

/** Where the inner packet begins in what the outer one carries. */
export const innerAt = (t: TestContext): number => overheadBytes(t.profile) - outerBytesOf(t);

/** Of the outer IP header of a profile. */
const outerBytesOf = (t: TestContext): number =>
  t.profile.switches.outerFamily === 'ipv6' ? IPV6.HEADER_LENGTH : IPV4.MINIMUM_HEADER_LENGTH;

/** A tunnel packet whose outer header is followed by exactly this many bytes. */
export const wholeWithPayload = (t: TestContext, payloadBytes: number, title: string): Stimulus =>
  wholeOf(t, outerBytesOf(t) + payloadBytes, title);

/** Every order of a few items. */
export const permutations = <Item>(items: readonly Item[]): Item[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, index) =>
        permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
      );

/** One after the other: the first of each row, the second of each row and so on. */
export const interleaved = <Item>(...rows: readonly (readonly Item[])[]): Item[] =>
  Array.from({ length: Math.max(...rows.map((row) => row.length)) }, (_, index) => index).flatMap((index) =>
    rows.flatMap((row) => row.slice(index, index + 1)),
  );
