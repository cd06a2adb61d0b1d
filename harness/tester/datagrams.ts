import { ETHER_TYPE } from '../packet/ether-types.ts';
import { ethernetDestination, ethernetEtherType, ETHERNET } from '../packet/ethernet.ts';
import {
  ipv4DestinationNumber,
  ipv4FragmentOffset,
  ipv4HeaderLengthBytes,
  ipv4Identification,
  ipv4IsFragment,
  ipv4MoreFragments,
  ipv4Protocol,
  ipv4SourceNumber,
  ipv4TotalLength,
  readIpv4Header,
} from '../packet/ipv4.ts';
import { IPV6, readIpv6Header } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { UDP, udpDestinationPort } from '../packet/udp.ts';
import type { Encapsulation } from '../profile/index.ts';
import type { SeenFrame, TunnelPacket } from './context.ts';

const AT = ETHERNET.HEADER_LENGTH;

const isIpv4Frame = (frame: Uint8Array): boolean =>
  frame.length >= AT + 20 && ethernetEtherType(frame) === ETHER_TYPE.IPV4 && ipv4HeaderLengthBytes(frame, AT) >= 20;

/** What the fragments of one datagram have in common (RFC 791 section 3.2); undefined for anything but a fragment. */
export const fragmentKey = (frame: Uint8Array): string | undefined => {
  if (!isIpv4Frame(frame) || !ipv4IsFragment(frame, AT)) return undefined;
  return [
    ipv4SourceNumber(frame, AT),
    ipv4DestinationNumber(frame, AT),
    ipv4Protocol(frame, AT),
    ipv4Identification(frame, AT),
  ].join(' ');
};

/** The payload of the IPv4 packet in a frame, cut to its Total Length as far as the bytes go. */
const ipv4Payload = (frame: Uint8Array): Uint8Array => {
  const end = Math.min(frame.length, AT + ipv4TotalLength(frame, AT));
  return frame.subarray(Math.min(end, AT + ipv4HeaderLengthBytes(frame, AT)), end);
};

/** Puts a fragment train together; undefined while a piece is missing. Later pieces win where pieces overlap, which a sender never does. */
const reassemble = (frames: readonly SeenFrame[]): Uint8Array | undefined => {
  let totalBytes: number | undefined;
  let coveredBytes = 0;
  const pieces = frames.map(({ bytes }) => {
    const piece = ipv4Payload(bytes);
    const offset = ipv4FragmentOffset(bytes, AT) * 8;
    if (!ipv4MoreFragments(bytes, AT)) totalBytes = offset + piece.length;
    coveredBytes += piece.length;
    return { offset, piece };
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
export const tunnelPacketsIn = (frames: readonly SeenFrame[], encapsulation: Encapsulation): TunnelPacket[] => {
  const trains = new Map<string, SeenFrame[]>();
  const datagrams: SeenFrame[][] = [];
  for (const frame of frames) {
    if (frame.port === 'P' || !isIpv4Frame(frame.bytes)) continue;
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
  return datagrams.flatMap((train) => tunnelPacket(train, encapsulation) ?? []);
};

const tunnelPacket = (frames: readonly SeenFrame[], encapsulation: Encapsulation): TunnelPacket | undefined => {
  const [first] = frames;
  if (first === undefined) return undefined;
  const isTrain = fragmentKey(first.bytes) !== undefined;
  const datagram = isTrain ? reassemble(frames) : ipv4Payload(first.bytes);
  const inner = datagram === undefined ? undefined : innerOf(datagram, ipv4Protocol(first.bytes, AT), encapsulation);
  if (inner === undefined) return undefined;
  const hasHeader = inner.length >= IPV6.HEADER_LENGTH;
  return {
    frame: first,
    frames,
    ethernetDestination: ethernetDestination(first.bytes),
    outer: readIpv4Header(first.bytes, AT),
    inner,
    innerHeader: hasHeader ? readIpv6Header(inner, 0) : undefined,
  };
};

const innerOf = (datagram: Uint8Array, protocol: number, encapsulation: Encapsulation): Uint8Array | undefined => {
  if (protocol === PROTOCOL.IPV6) return datagram;
  if (encapsulation.kind !== 'fou' || protocol !== PROTOCOL.UDP || datagram.length < UDP.HEADER_LENGTH)
    return undefined;
  return udpDestinationPort(datagram, 0) === encapsulation.port ? datagram.subarray(UDP.HEADER_LENGTH) : undefined;
};
