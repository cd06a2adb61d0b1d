import type { Ipv4Address, Ipv6Address } from '../../harness/address/index.ts';
import {
  build,
  ETHERNET,
  ethernet,
  icmpv4,
  ipv4,
  type Icmpv4Fields,
  type Ipv4Header,
} from '../../harness/packet/index.ts';
import type { Lab } from '../../harness/lab/index.ts';
import type { Profile } from '../../harness/profile/index.ts';
import type {
  InnerFields,
  SetupChanges,
  Stimulus,
  TestContext,
  TunnelPacket,
  TunnelStimulusFields,
} from '../../harness/tester/context.ts';

/** A DUT that turns ICMPv4 errors into ICMPv6 ones, so that the form of what it makes of them shows. */
export const TRANSLATING = { switches: { icmp4Translate: 'address-unreachable' } } as const satisfies SetupChanges;

export const translatesAnyway = ({ switches }: Profile): string | undefined =>
  switches.icmp4Translate === 'address-unreachable' ? 'the case without variant has this set-up' : undefined;

/** Why a profile has no ICMPv4 errors about its tunnel packets. */
export const withoutOuterIpv4 = ({ switches }: Profile): string | undefined =>
  switches.outerFamily === 'ipv4' ? undefined : 'the outer header is IPv6';

/** What a message quotes, with the mark that an answer to it would carry. */
export interface Quote {
  readonly bytes: Uint8Array;
  readonly mark: number;
}

interface MessageFields extends Icmpv4Fields {
  readonly type: number;
  /** Gateway A unless given. */
  readonly from?: Ipv4Address;
}

/** An ICMPv4 message to the DUT about a packet; the quote (and whatever follows it) is its body. */
export const message = (t: TestContext, about: string, { from, ...fields }: MessageFields, quote: Quote): Stimulus => {
  const { lab } = t;
  const sender = from ?? lab.underlay.gatewayA;
  const frame = build(
    ethernet({ source: lab.macOf(sender), destination: lab.macs.dut.U }),
    ipv4({ source: sender, destination: lab.n1.ipv4 }),
    icmpv4({ body: quote.bytes, ...fields }),
  );
  const name = `ICMPv4 ${String(fields.type)}/${String(fields.code ?? 0)}`;
  return t.raw('U', `${name} about ${about}`, frame, quote.mark);
};

/** A tunnel packet of the DUT as a router saw it, from the outer IPv4 header on. */
export const quoteOf = ({ frame }: TunnelPacket): Quote => ({
  bytes: frame.bytes.subarray(ETHERNET.HEADER_LENGTH),
  mark: frame.stimulus?.mark ?? 0,
});

interface ForgedFields {
  readonly outer?: Partial<Ipv4Header>;
  readonly udp?: TunnelStimulusFields['udp'];
  readonly inner?: InnerFields;
}

const QUOTED_INNER_BYTES = 100;
/**
 * Pods of this area alone. A node may spend what it has for errors to a pod on errors that never leave it, and must then not owe them to
 * the cases of other areas.
 */
const FIRST_POD = 4;
const PODS = 2;

/** The n-th of them, or one of them again. */
export const icmp4Pod = ({ n1 }: Lab, index = 0): Ipv6Address => n1.pod(FIRST_POD + (index % PODS));

/** A tunnel packet that the DUT never sent but, unless the fields say otherwise, could have sent: from one of its pods to one of N2. */
export const forgedQuote = (t: TestContext, { outer, udp, inner }: ForgedFields = {}): Quote => {
  const { n1, n2 } = t.lab;
  const addresses = { source: icmp4Pod(t.lab), destination: n2.pod() };
  const { frame, mark } = t.fromTunnel(
    { ...addresses, hopLimit: 63, lengthBytes: QUOTED_INNER_BYTES, ...inner },
    { from: n1.ipv4, to: n2.ipv4, outer: { ttl: 60, ...outer }, ...(udp === undefined ? {} : { udp }) },
  );
  return { bytes: frame.subarray(ETHERNET.HEADER_LENGTH), mark };
};

/** The tunnel packets to N2 for packets of these sizes. */
export const sentPackets = async (t: TestContext, sizes: readonly number[]): Promise<readonly TunnelPacket[]> => {
  const { lab } = t;
  const stimuli = sizes.map((lengthBytes, index) => ({
    ...t.fromPod({ source: icmp4Pod(lab, index), lengthBytes }),
    title: `pod packet of ${String(lengthBytes)} bytes to N2`,
  }));
  const seen = await t.exchange(...stimuli);
  return stimuli.flatMap((stimulus) => t.expectTunnelled(seen, stimulus, { outerDestination: lab.n2.ipv4 }) ?? []);
};
