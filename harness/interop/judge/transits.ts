import { grouped } from '../../grouped.ts';
import type { Lab } from '../../lab/index.ts';
import { toHex } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { ETHERNET, ethernetEtherType } from '../../packet/ethernet.ts';
import { decode } from '../../packet/decode.ts';
import { IPV6, ipv6Destination, ipv6PayloadLength, ipv6Source } from '../../packet/ipv6.ts';
import { tunnelPacketsIn } from '../../tester/datagrams.ts';
import type { SeenFrame } from '../../tester/observation.ts';
import { otherSide, type LinkFrame } from '../links.ts';
import type { Side } from '../result.ts';

const AT = ETHERNET.HEADER_LENGTH;
const FIRST_WORD_BYTES = 4;
/** What an ICMPv6 error surely quotes, and enough to tell two packets of pods apart. */
const QUOTED_BYTES = 88;

/** A packet of one pod to another at one place of its way. */
export interface Transit {
  /** The frame that it is in, the first one of a fragment train. */
  readonly frame: LinkFrame;
  readonly isFragmented: boolean;
  /** The IPv6 packet. */
  readonly inner: Uint8Array;
  /** The same for the same packet, at every place of its way. */
  readonly key: string;
}

/** The two places of a packet's way through one node. */
export type Place = 'pods' | 'tunnel';

/** The packets from the pods of one node to those of the other that passed this place of a node in this direction, in their order. */
export const transitsAt = (
  frames: readonly LinkFrame[],
  place: Place,
  direction: 'inbound' | 'outbound',
  from: Side,
  labs: Readonly<Record<Side, Lab>>,
): readonly Transit[] => {
  const port = place === 'pods' ? 'P' : 'U';
  const own = frames.filter((frame) => frame.port === port && frame.direction === direction);
  const found = place === 'pods' ? own.flatMap(nativePacket) : tunnelled(own, labs[from]);
  const sources = labs[from].n1.nodePrefix;
  const destinations = labs[otherSide(from)].n1.nodePrefix;
  return found.filter(
    ({ inner }) => sources.contains(ipv6Source(inner, 0)) && destinations.contains(ipv6Destination(inner, 0)),
  );
};

/** What the first bytes of a packet have in common with a quote of it. */
export const quoteKey = (packet: Uint8Array): string => masked(packet.subarray(0, QUOTED_BYTES));

/** Source and destination of a packet, for comparison; empty for what is too short to have both. */
export const pathOf = (packet: Uint8Array): string =>
  packet.length < IPV6.HEADER_LENGTH ? '' : toHex(packet, IPV6.SOURCE, IPV6.HEADER_LENGTH);

const nativePacket = (frame: LinkFrame): readonly Transit[] => {
  const { bytes } = frame;
  if (bytes.length < AT + IPV6.HEADER_LENGTH || ethernetEtherType(bytes) !== ETHER_TYPE.IPV6) return [];
  return transit(frame, bytes.subarray(AT), false);
};

const tunnelled = (frames: readonly LinkFrame[], { profile }: Lab): readonly Transit[] => {
  const byNumber = new Map(frames.map((frame) => [frame.number, frame]));
  return tunnelPacketsIn(frames.map(seen), profile).flatMap(({ frame, frames: train, inner }) => {
    const first = byNumber.get(frame.number);
    return first === undefined ? [] : transit(first, inner, train.length > 1);
  });
};

const seen = ({ number, port, bytes, timestampNs }: LinkFrame): SeenFrame => ({
  number,
  port,
  bytes,
  timestampNs,
  stimulus: undefined,
  get decoded() {
    return decode(bytes, 'ethernet');
  },
});

const transit = (frame: LinkFrame, packet: Uint8Array, isFragmented: boolean): readonly Transit[] => {
  if (packet.length < IPV6.HEADER_LENGTH) return [];
  const inner = packet.subarray(0, IPV6.HEADER_LENGTH + ipv6PayloadLength(packet, 0));
  return [{ frame, isFragmented, inner, key: masked(inner) }];
};

/** Without what nodes may change on the way: traffic class (and flow label, which has a rule of its own), hop limit. */
const masked = (packet: Uint8Array): string => {
  const copy = Buffer.from(packet);
  copy.fill(0, 0, FIRST_WORD_BYTES);
  copy[IPV6.HOP_LIMIT] = 0;
  return copy.toString('latin1');
};

export interface Matching {
  /** Went in and did not come out. */
  readonly lost: readonly Transit[];
  /** Came out once more than it had gone in. */
  readonly repeated: readonly Transit[];
  /** Came out and had never gone in. */
  readonly strange: readonly Transit[];
}

/** Compares what went into a stretch of the way with what came out of it. The same packet twice must come out twice. */
export const matchTransits = (inputs: readonly Transit[], outputs: readonly Transit[]): Matching => {
  const waiting = grouped(inputs, ({ key }) => key);
  const known = new Set(waiting.keys());
  const surplus = outputs.filter((output) => waiting.get(output.key)?.shift() === undefined);
  const rest = new Set([...waiting.values()].flat());
  return {
    lost: inputs.filter((input) => rest.has(input)),
    repeated: surplus.filter(({ key }) => known.has(key)),
    strange: surplus.filter(({ key }) => !known.has(key)),
  };
};
