import { outerIpv6Of, type LabNode } from '../../harness/lab/index.ts';
import {
  build,
  ethernet,
  ETHERNET,
  icmpv4Error,
  icmpv6Error,
  ipv4,
  ipv6,
  ipv4DontFragment,
  ICMPV4_TYPE,
  ICMPV4_UNREACHABLE,
} from '../../harness/packet/index.ts';
import { overheadBytes, type Profile } from '../../harness/profile/index.ts';
import type {
  Icmpv6Message,
  Seen,
  SetupChanges,
  Stimulus,
  TestContext,
  TunnelPacket,
} from '../../harness/tester/context.ts';

export const IPV6_MINIMUM_MTU_BYTES = 1280;
export const POD_LINK_BYTES = 1500;
export const PACKET_TOO_BIG = 2;
/** So that the error itself is of 1280 bytes (RFC 4443 section 2.4). */
const OUTER_QUOTE_BYTES = IPV6_MINIMUM_MTU_BYTES - 48;

/** The tunnel MTU is what the underlay leaves, so that there is something to learn. */
export const DYNAMIC = {
  switches: { mtuMode: 'dynamic', mtuDefault: 'underlay-minus-overhead' },
} as const satisfies SetupChanges;

/** The tunnel MTU is the default of static mode. */
export const STATIC = { switches: { mtuMode: 'static' } } as const satisfies SetupChanges;

/** A relay that shares its IPv4 address with others sends no fragments (RFC 5969 section 9.1). */
export const neverFragments = ({ switches }: Profile): string | undefined =>
  switches.brAddress === 'anycast' ? 'a border relay with an anycast address sets DF whatever the size' : undefined;

/** Where the profile names a static tunnel MTU, there is no default. */
export const configuresTunnelMtu = ({ staticMtuBytes }: Profile): string | undefined =>
  staticMtuBytes === IPV6_MINIMUM_MTU_BYTES
    ? undefined
    : `The profile configures a tunnel MTU of ${String(staticMtuBytes)} bytes`;

/** A tunnel MTU that no packet from the usual pod link exceeds leaves nothing to answer. */
export const takesWholePodLink = ({ switches, staticMtuBytes }: Profile): string | undefined =>
  switches.mtuMode === 'static' && staticMtuBytes >= POD_LINK_BYTES
    ? `The profile configures a tunnel MTU of ${String(staticMtuBytes)} bytes: no packet from a pod is too big`
    : undefined;

/** A packet of an exact size from a pod to a node of the overlay, N2 unless given. */
export const podPacket = (t: TestContext, lengthBytes: number, to: LabNode = t.lab.n2, podIndex = 0): Stimulus => ({
  ...t.fromPod({ source: t.lab.n1.pod(podIndex), destination: to.pod(), lengthBytes }),
  title: `pod packet of ${String(lengthBytes)} bytes to ${to.ipv4.toString()}`,
});

/** What a router must quote at least of a packet: its header and 8 bytes (RFC 792); with UDP encapsulation 8 bytes of what UDP carries. */
const quoteLengthBytes = (t: TestContext): number => overheadBytes(t.profile) + 8;

/** ICMPv6 Packet Too Big from a router of an IPv6 underlay (RFC 4443 section 3.2), which quotes as much as it can. */
const outerTooBig = (t: TestContext, packet: TunnelPacket, mtuBytes: number): Stimulus => {
  const router = t.lab.underlay.gatewayA;
  const frame = build(
    ethernet({ source: t.lab.macOf(router), destination: t.lab.macs.dut.U }),
    ipv6({ source: outerIpv6Of(router), destination: outerIpv6Of(t.lab.n1.ipv4) }),
    icmpv6Error({
      type: PACKET_TOO_BIG,
      code: 0,
      parameter: mtuBytes,
      quoted: packet.frame.bytes.subarray(ETHERNET.HEADER_LENGTH, ETHERNET.HEADER_LENGTH + OUTER_QUOTE_BYTES),
    }),
  );
  const title = `ICMPv6 Packet Too Big with MTU ${String(mtuBytes)} about an outer packet`;
  return t.raw('U', title, frame, packet.frame.stimulus?.mark);
};

/** ICMPv4 "fragmentation needed" from a router, about a packet that the DUT has sent (RFC 792, RFC 1191 section 4). */
export const fragmentationNeeded = (
  t: TestContext,
  packet: TunnelPacket,
  nextHopMtuBytes: number,
  quotedBytes = quoteLengthBytes(t),
): Stimulus => {
  const quoted = packet.frame.bytes.subarray(ETHERNET.HEADER_LENGTH).subarray(0, quotedBytes);
  const title = `ICMPv4 "fragmentation needed" with MTU ${String(nextHopMtuBytes)} about a packet to ${packet.outer.destination.toString()}`;
  return fragmentationNeededWith(t, packet, nextHopMtuBytes, quoted, title);
};

/** The same with a quote that need not be what the DUT has sent. */
export const fragmentationNeededWith = (
  t: TestContext,
  packet: TunnelPacket,
  nextHopMtu: number,
  quoted: Uint8Array,
  title: string,
): Stimulus => {
  const router = t.lab.underlay.gatewayA;
  const { DESTINATION_UNREACHABLE: type } = ICMPV4_TYPE;
  const { FRAGMENTATION_NEEDED: code } = ICMPV4_UNREACHABLE;
  const frame = build(
    ethernet({ source: t.lab.macOf(router), destination: t.lab.macs.dut.U }),
    ipv4({ source: router, destination: t.lab.n1.ipv4 }),
    icmpv4Error({ type, code, nextHopMtu, quoted }),
  );
  return t.raw('U', title, frame, packet.frame.stimulus?.mark);
};

/** The DUT is told something about the path of a packet, and answers nothing to who told it. */
export const tell = async (t: TestContext, packet: TunnelPacket, nextHopMtuBytes: number): Promise<void> => {
  if (packet.outerIpv6 === undefined) await t.expectSilence(fragmentationNeeded(t, packet, nextHopMtuBytes));
  // RFC 2473 section 8.2: the entry of the tunnel may tell the source, of which an ICMPv6 error quotes enough.
  else await t.expectSilence(outerTooBig(t, packet, nextHopMtuBytes), { allow: [{ type: PACKET_TOO_BIG }] });
};

/** A packet on which the DUT can be told something: of the full tunnel MTU, so that every path could be too narrow for it. */
export const fullPacket = async (t: TestContext, to: LabNode = t.lab.n2): Promise<TunnelPacket | undefined> => {
  const stimulus = podPacket(t, t.tunnelMtuBytes, to);
  return t.expectTunnelled(await t.exchange(stimulus), stimulus, { outerDestination: to.ipv4 });
};

export interface Carriage {
  /** Either value where left out. */
  readonly dontFragment?: boolean;
  /** Number of outer packets; any where left out. */
  readonly outerPackets?: number;
}

/** The packet is carried whole, in one or more outer packets. */
export const expectCarried = (
  t: TestContext,
  seen: Seen,
  stimulus: Stimulus,
  { dontFragment, outerPackets }: Carriage,
): TunnelPacket | undefined => {
  const packet = t.expectTunnelled(seen, stimulus);
  if (packet === undefined) return undefined;
  if (outerPackets !== undefined) {
    t.expectEqual(`number of outer packets for the ${stimulus.title}`, packet.frames.length, outerPackets, packet);
  }
  // Nobody on the way fragments an outer IPv6 packet, which needs no flag for that (RFC 8200 section 4.5).
  if (dontFragment !== undefined && packet.outerIpv6 === undefined) {
    for (const frame of packet.frames) {
      const isSet = ipv4DontFragment(frame.bytes, ETHERNET.HEADER_LENGTH);
      t.expectEqual(`DF of the ${stimulus.title}:`, Number(isSet), Number(dontFragment), { frame });
    }
  }
  t.expectBytes(`inner packet of the ${stimulus.title}`, packet.inner, stimulus.inner, {
    frame: packet.frame,
    ignore: (offset) => offset === HOP_LIMIT_OFFSET,
  });
  return packet;
};

/** Packets of these sizes are carried, all with DF clear. */
export const expectDontFragmentClear = async (t: TestContext, sizes: readonly number[]): Promise<void> => {
  const stimuli = [...new Set(sizes)].map((lengthBytes) => podPacket(t, lengthBytes));
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) expectCarried(t, seen, stimulus, { dontFragment: false });
};

/** Which a router lowers. */
export const HOP_LIMIT_OFFSET = 7;

/** A Packet Too Big on P with this MTU, and the packet itself nowhere. */
export const expectPacketTooBig = (
  t: TestContext,
  seen: Seen,
  stimulus: Stimulus,
  mtuBytes: number,
  requirement?: string,
): Icmpv6Message | undefined =>
  t.expectIcmpv6(seen, stimulus, {
    type: PACKET_TOO_BIG,
    parameter: mtuBytes,
    via: 'P',
    ...(requirement === undefined ? {} : { requirement }),
  });

/** The boundary to a node: a packet of `mtuBytes` passes in one piece, one byte more is answered with that very number. */
export const expectBoundary = async (t: TestContext, mtuBytes: number, to: LabNode = t.lab.n2): Promise<void> => {
  const fits = podPacket(t, mtuBytes, to);
  const larger = [mtuBytes + 1, t.tunnelMtuBytes].filter((lengthBytes) => lengthBytes > mtuBytes);
  const tooBig = [...new Set(larger)].map((lengthBytes, index) => podPacket(t, lengthBytes, to, index + 1));
  const seen = await t.exchange(fits, ...tooBig);
  expectCarried(t, seen, fits, { outerPackets: 1 });
  for (const stimulus of tooBig) expectPacketTooBig(t, seen, stimulus, mtuBytes);
};
