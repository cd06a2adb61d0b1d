import { ethernetDestination } from '../packet/ethernet.ts';
import { IPV6, readIpv6Header } from '../packet/ipv6.ts';
import type { Profile } from '../profile/index.ts';
import type { SeenFrame, TunnelPacket } from './context.ts';
import { innerOf } from './framing.ts';
import { behindOptions, isIpv6Frame, outerHeadersOf, outerPacketIn } from './outer-packet.ts';

/** What the fragments of one outer datagram have in common; undefined for anything but a fragment. */
export const fragmentKey = (frame: Uint8Array): string | undefined => outerPacketIn(frame)?.fragment?.key;

/** Puts a fragment train together; undefined while a piece is missing. Later pieces win where pieces overlap, which a sender never does. */
const reassemble = (frames: readonly SeenFrame[]): Uint8Array | undefined => {
  let totalBytes: number | undefined;
  let coveredBytes = 0;
  const pieces = frames.flatMap(({ bytes }) => {
    const packet = outerPacketIn(bytes);
    if (packet?.fragment === undefined) return [];
    const { payload: piece } = packet;
    const { offsetBytes: offset, moreFragments } = packet.fragment;
    if (!moreFragments) totalBytes = offset + piece.length;
    coveredBytes += piece.length;
    return [{ offset, piece }];
  });
  if (totalBytes === undefined || coveredBytes < totalBytes) return undefined;
  const datagram = new Uint8Array(totalBytes);
  for (const { offset, piece } of pieces)
    datagram.set(piece.subarray(0, Math.max(0, totalBytes - offset)), Math.min(offset, totalBytes));
  return datagram;
};

/**
 * The tunnel packets in the frames of an underlay port, fragment trains put together, in order of their first frame. Incomplete
 * trains and packets of other protocols are left out.
 */
export const tunnelPacketsIn = (frames: readonly SeenFrame[], profile: Profile): TunnelPacket[] => {
  const trains = new Map<string, SeenFrame[]>();
  const datagrams: SeenFrame[][] = [];
  for (const frame of frames) {
    if (frame.port === 'P') continue;
    // Native IPv6 on an IPv4 underlay is no tunnel packet, whatever it carries.
    if (isIpv6Frame(frame.bytes) !== (profile.switches.outerFamily === 'ipv6')) continue;
    const key = fragmentKey(frame.bytes);
    const train = key === undefined ? undefined : trains.get(`${frame.port} ${key}`);
    if (train !== undefined) {
      train.push(frame);
      continue;
    }
    const started = [frame];
    if (key !== undefined) trains.set(`${frame.port} ${key}`, started);
    datagrams.push(started);
  }
  return datagrams.flatMap((train) => tunnelPacket(train, profile) ?? []);
};

const tunnelPacket = (frames: readonly SeenFrame[], profile: Profile): TunnelPacket | undefined => {
  const [first] = frames;
  const packet = first === undefined ? undefined : outerPacketIn(first.bytes);
  if (first === undefined || packet === undefined) return undefined;
  const whole = packet.fragment === undefined ? packet.payload : reassemble(frames);
  if (whole === undefined) return undefined;
  const { protocol, payload } = isIpv6Frame(first.bytes)
    ? behindOptions(packet.protocol, whole)
    : { ...packet, payload: whole };
  const inner = innerOf(payload, protocol, profile);
  if (inner === undefined) return undefined;
  const hasHeader = inner.length >= IPV6.HEADER_LENGTH;
  return {
    frame: first,
    frames,
    ethernetDestination: ethernetDestination(first.bytes),
    ...outerHeadersOf(first.bytes, protocol),
    inner,
    innerHeader: hasHeader ? readIpv6Header(inner, 0) : undefined,
  };
};
