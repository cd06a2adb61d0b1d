import type { Ipv4Address } from '../../address/ipv4-address.ts';
import { createRecord, LinkType, type CapturedFrame } from '../../capture/index.ts';
import { locate } from '../../check/link-layer.ts';
import { createPlace } from '../../check/place.ts';
import { concat } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { ETHERNET } from '../../packet/ethernet.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { readIpv4Header } from '../../packet/ipv4.ts';
import { MacAddress } from '../../packet/mac-address.ts';
import type { Profile } from '../../profile/index.ts';
import { isControlTraffic } from '../../tester/control-traffic.ts';
import { innerOf } from '../../tester/framing.ts';
import { isIpv4Frame, isIpv6Frame, outerPacketIn } from '../../tester/outer-packet.ts';

/** A packet of an overlay in a capture, whatever the link layer was. */
export interface StrangerPacket {
  /** Number of its frame, from 1. */
  readonly number: number;
  /** From the outermost IP header on, behind an Ethernet header of zeros. */
  readonly frame: Uint8Array;
  /** Set for a tunnel packet. */
  readonly outer?: { readonly source: Ipv4Address; readonly destination: Ipv4Address };
  /** Where the inner or native IPv6 header stands in `frame`. */
  readonly innerAt: number;
  readonly sourceMac?: string;
}

/** The tunnel packets of the profile and the native IPv6 packets among the frames; `skipped` are neither, or cut. */
export const strangerPackets = (
  frames: readonly CapturedFrame[],
  profile: Profile,
): { readonly packets: readonly StrangerPacket[]; readonly skipped: number } => {
  const packets = frames.flatMap((frame) => packetIn(frame, profile) ?? []);
  return { packets, skipped: frames.length - packets.length };
};

const packetIn = ({ index, bytes, ...facts }: CapturedFrame, profile: Profile): StrangerPacket | undefined => {
  if (facts.originalLengthBytes > bytes.length) return undefined;
  const place = createPlace();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frameFacts = { number: index + 1, bytes, view, at: 0, end: bytes.length, direction: undefined };
  locate({ ...createRecord(), ...facts, ...frameFacts }, place);
  if (place.etherType !== ETHER_TYPE.IPV4 && place.etherType !== ETHER_TYPE.IPV6) return undefined;
  const header = new Uint8Array(ETHERNET.HEADER_LENGTH);
  header.set([place.etherType >> 8, place.etherType & 0xff], ETHERNET.ETHER_TYPE);
  const frame = concat(header, bytes.subarray(place.networkAt, place.end));
  const sourceMac =
    facts.linkType === LinkType.ETHERNET ? MacAddress.fromBytes(bytes, ETHERNET.SOURCE).toString() : undefined;
  const common = { number: index + 1, frame, ...(sourceMac === undefined ? {} : { sourceMac }) };
  // What finds neighbours the tester says itself.
  if (isIpv6Frame(frame) && isControlTraffic(frame)) return undefined;
  if (isIpv6Frame(frame)) return { ...common, innerAt: ETHERNET.HEADER_LENGTH };
  if (!isIpv4Frame(frame)) return undefined;
  const outer = outerPacketIn(frame);
  // Fragments have no inner packet of their own.
  if (outer === undefined || outer.fragment !== undefined) return undefined;
  const inner = innerOf(outer.payload, outer.protocol, profile);
  if (inner === undefined || inner.length < IPV6.HEADER_LENGTH || (inner[0] ?? 0) >> 4 !== 6) return undefined;
  const { source, destination } = readIpv4Header(frame, ETHERNET.HEADER_LENGTH);
  return { ...common, outer: { source, destination }, innerAt: inner.byteOffset - frame.byteOffset };
};

/** What stays of a packet on its way through a node: its addresses, and everything behind the IPv6 header. */
export const keyOf = ({ frame, innerAt }: StrangerPacket): string =>
  Buffer.from(frame.subarray(innerAt + IPV6.SOURCE)).toString('hex');
