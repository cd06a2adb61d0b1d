/** Preformatted frames of one direction, each with the frame that has to come out for it. Nothing here is the reference's arithmetic. */
import type { Ipv6Address } from '../../address/ipv6-address.ts';
import type { Lab } from '../../lab/index.ts';
import { build } from '../../packet/build.ts';
import { ETHERNET } from '../../packet/ethernet.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { payload, type Layer } from '../../packet/layer.ts';
import { ethernet } from '../../packet/layers/ethernet.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { framingLayers } from '../../tester/framing.ts';
import { ORDINARY_OVERHEAD_BYTES, ordinaryPacket } from '../../tester/ordinary-packet.ts';
import { outerLayers } from '../../tester/outer-layers.ts';
import type { PortName } from '../../wire/wire.ts';
import type { Peer } from './peers.ts';
import { blankTag } from './tag.ts';
import { variableFields, withOuterUdpChecksum, type TakeOver } from './variable-fields.ts';

export type Direction = 'encap' | 'decap' | 'native' | 'dual' | 'loopback';

/** Directions through a DUT. */
export type DutDirection = Exclude<Direction, 'loopback'>;

/** Frames of one direction and one size, whose flows are taken in turn: frame number n is of flow n modulo `flows`. */
export interface Stream {
  /** 0 to 255, different for the streams that run at the same time; part of every tag. */
  readonly id: number;
  readonly direction: Direction;
  /** Native side, with FCS. */
  readonly frameSizeBytes: number;
  readonly flows: number;
  readonly inPort: PortName;
  readonly outPort: PortName;
  /** At least one batch of different buffers, a multiple of `flows`: a frame may be written again once its batch is sent. */
  readonly inputs: readonly Uint8Array[];
  readonly inputTagAt: number;
  /** One for each flow, also a buffer that is written in. */
  readonly outputs: readonly Uint8Array[];
  readonly outputTagAt: number;
  readonly outputBytes: number;
  readonly takeOver: readonly TakeOver[];
}

/** Frames handed to a wire at once. */
export const BATCH_FRAMES = 64;

const FCS_BYTES = 4;
const HOP_LIMIT = 64;
const FIRST_FLOW_LABEL = 0x10000;

export const innerBytesOf = (frameSizeBytes: number): number => frameSizeBytes - ETHERNET.HEADER_LENGTH - FCS_BYTES;

/** The smallest frame that holds a tag: 84 where RFC 2544 has 64 (RFC 5180 section 5.1.1 allows for what IPv6 needs). */
export const SMALLEST_FRAME_BYTES = ETHERNET.HEADER_LENGTH + ORDINARY_OVERHEAD_BYTES + 16 + FCS_BYTES;

interface Flow {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
}

export interface StreamOptions {
  readonly lab: Lab;
  readonly id: number;
  readonly frameSizeBytes: number;
  readonly peers: readonly Peer[];
}

/** From pods of the DUT to pods of other nodes. */
export const encapsulationStream = (options: StreamOptions): Stream => {
  const { lab } = options;
  const flows = options.peers.map(({ node, pod: destination }, index): Flow => {
    const source = podOf(lab, index);
    const inner = innerPackets(options, index, source, destination);
    const nextHop = lab.nextHop(node) ?? lab.underlay.gatewayA;
    return {
      input: build(ethernet({ source: lab.macOf(source), destination: lab.macs.dut.P }), asIpv6(inner.sent)),
      output: tunnelPacket(lab, inner.forwarded, {
        ethernet: ethernet({ source: lab.macs.dut.U, destination: lab.macOf(nextHop) }),
        outer: outerLayers(lab, lab.n1.ipv4, { to: node, outer: outerFields(lab) }),
        sourcePort: outerSourcePort(lab),
      }),
    };
  });
  return streamOf(options, 'encap', ['P', 'U'], flows, variableFields(lab.profile));
};

/** From pods of other nodes, encapsulated by the tester beforehand, to pods of the DUT (RFC 8219 section 4.2). */
export const decapsulationStream = (options: StreamOptions): Stream => {
  const { lab } = options;
  const flows = options.peers.map(({ node, pod: source }, index): Flow => {
    const destination = podOf(lab, index);
    const inner = innerPackets(options, index, source, destination);
    const previousHop = lab.nextHop(node) ?? lab.underlay.gatewayA;
    return {
      input: tunnelPacket(lab, inner.sent, {
        ethernet: ethernet({ source: lab.macOf(previousHop), destination: lab.macs.dut.U }),
        outer: outerLayers(lab, node, {}),
        sourcePort: 0xc000 + (index & 0x3fff),
      }),
      output: build(ethernet({ source: lab.macs.dut.P, destination: lab.macOf(destination) }), asIpv6(inner.forwarded)),
    };
  });
  return streamOf(options, 'decap', ['U', 'P'], flows, []);
};

/** Plain IPv6 through the same node, without the tunnel: from pods to a native router, in and out of port P. */
export const nativeStream = (options: StreamOptions): Stream => {
  const { lab } = options;
  const flows = options.peers.map((_, index): Flow => {
    const source = podOf(lab, index);
    const destination = lab.native.routedPrefix.at(BigInt(0x10 + index));
    const inner = innerPackets(options, index, source, destination);
    return {
      input: build(ethernet({ source: lab.macOf(source), destination: lab.macs.dut.P }), asIpv6(inner.sent)),
      output: build(
        ethernet({ source: lab.macs.dut.P, destination: lab.macOf(lab.native.router) }),
        asIpv6(inner.forwarded),
      ),
    };
  });
  return streamOf(options, 'native', ['P', 'P'], flows, []);
};

/**
 * From pods of one node to pods of another, through both: into the tunnel at the first and out of it at the second.
 *
 * @param far the lab as the second node has it; its port P is the port U of the stream
 */
export const dualStream = ({ lab, id, frameSizeBytes, flows: count }: DualOptions, far: Lab): Stream => {
  const flows = Array.from({ length: count }, (_, index): Flow => {
    const source = podOf(lab, index);
    const destination = podOf(far, Math.floor(index / lab.pods.length));
    const { sent } = innerPackets({ id, frameSizeBytes }, index, source, destination);
    const delivered = sent.slice();
    delivered[IPV6.HOP_LIMIT] = HOP_LIMIT - 2;
    return {
      input: build(ethernet({ source: lab.macOf(source), destination: lab.macs.dut.P }), asIpv6(sent)),
      output: build(ethernet({ source: far.macs.dut.P, destination: far.macOf(destination) }), asIpv6(delivered)),
    };
  });
  return streamOf({ id, frameSizeBytes }, 'dual', ['P', 'U'], flows, []);
};

export type DualOptions = Omit<StreamOptions, 'peers'> & { readonly flows: number };

/** The same frames with nobody in between: what is sent has to arrive. For the qualification of the tester. */
export const loopbackStream = (stream: Stream): Stream => ({
  ...stream,
  direction: 'loopback',
  outputs: stream.inputs.slice(0, stream.flows).map((frame) => frame.slice()),
  outputTagAt: stream.inputTagAt,
  outputBytes: stream.inputs[0]?.length ?? 0,
  takeOver: [],
});

const podOf = ({ pods, n1 }: Lab, index: number): Ipv6Address => pods[index % pods.length] ?? n1.pod();

/** As sent, and as forwarded once (RFC 8200 section 3: Hop Limit is decremented by 1). */
const innerPackets = (
  { id, frameSizeBytes }: Pick<StreamOptions, 'id' | 'frameSizeBytes'>,
  index: number,
  source: Ipv6Address,
  destination: Ipv6Address,
): { readonly sent: Uint8Array; readonly forwarded: Uint8Array } => {
  const sent = ordinaryPacket({
    source,
    destination,
    hopLimit: HOP_LIMIT,
    trafficClass: 0,
    flowLabel: FIRST_FLOW_LABEL + (index & 0xffff),
    lengthBytes: innerBytesOf(frameSizeBytes),
    tag: blankTag(id),
  });
  const forwarded = sent.slice();
  forwarded[IPV6.HOP_LIMIT] = HOP_LIMIT - 1;
  return { sent: sent.slice(), forwarded };
};

interface TunnelParts {
  readonly ethernet: Layer;
  readonly outer: readonly Layer[];
  readonly sourcePort: number;
}

const tunnelPacket = ({ profile }: Lab, inner: Uint8Array, parts: TunnelParts): Uint8Array =>
  withOuterUdpChecksum(
    build(
      parts.ethernet,
      ...parts.outer,
      ...framingLayers(profile, { udp: { sourcePort: parts.sourcePort, ...overIpv6(profile) } }),
      asIpv6(inner),
    ),
    profile,
  );

/** Over IPv6 the layer computes a checksum unless it is told otherwise. */
const overIpv6 = ({ switches }: Lab['profile']): { readonly checksum?: number } =>
  switches.outerFamily === 'ipv6' && switches.udpChecksum === 'on' ? {} : { checksum: 0 };

/** What the profile says of an outer header around an inner packet without traffic class. */
const outerFields = ({ profile }: Lab) => ({
  ttl: profile.switches.ttl === 'inherit' ? HOP_LIMIT - 1 : profile.outerTtl,
  tos: profile.switches.tos === 'fixed' ? profile.fixedTos & 0xfc : 0,
  dontFragment: profile.switches.mtuMode === 'dynamic',
});

const outerSourcePort = ({ profile: { encapsulation, switches } }: Lab): number =>
  'port' in encapsulation && switches.sourcePort === 'fixed' ? encapsulation.port : 0;

const asIpv6 = (bytes: Uint8Array): Layer => ({ ...payload(bytes), protocolNumber: PROTOCOL.IPV6, etherType: 0x86dd });

const streamOf = (
  { id, frameSizeBytes }: Pick<StreamOptions, 'id' | 'frameSizeBytes'>,
  direction: Direction,
  [inPort, outPort]: readonly [PortName, PortName],
  flows: readonly Flow[],
  takeOver: readonly TakeOver[],
): Stream => {
  const [first] = flows;
  if (first === undefined) throw new RangeError('expected at least one flow, found none');
  const copies = Math.ceil(BATCH_FRAMES / flows.length);
  const tagToEnd = innerBytesOf(frameSizeBytes) - ORDINARY_OVERHEAD_BYTES;
  return {
    id,
    direction,
    frameSizeBytes,
    flows: flows.length,
    inPort,
    outPort,
    inputs: Array.from({ length: copies }, (_, copy) =>
      flows.map(({ input }) => (copy === 0 ? input : input.slice())),
    ).flat(),
    inputTagAt: first.input.length - tagToEnd,
    outputs: flows.map(({ output }) => output),
    outputTagAt: first.output.length - tagToEnd,
    outputBytes: first.output.length,
    takeOver,
  };
};
