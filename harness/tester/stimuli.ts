import type { Lab } from '../lab/index.ts';
import { build } from '../packet/build.ts';
import { concat, writeUint16 } from '../packet/bytes.ts';
import { IPV6 } from '../packet/ipv6.ts';
import { payload, trailer, type Layer } from '../packet/layer.ts';
import { ethernet } from '../packet/layers/ethernet.ts';
import { ipv6 } from '../packet/layers/ipv6.ts';
import { udp } from '../packet/layers/udp.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import type { Ipv6Address } from '../address/ipv6-address.ts';
import type { InnerFields, PodStimulusFields, Stimulus, TunnelStimulusFields } from './context.ts';
import { framingLayers } from './framing.ts';
import { flowLabelOf } from './marks.ts';
import {
  filled,
  INNER_UDP,
  ORDINARY_MAXIMUM_BYTES,
  ORDINARY_OVERHEAD_BYTES,
  ordinaryPacket,
} from './ordinary-packet.ts';
import { outerLayers } from './outer-layers.ts';

const ORDINARY_LAYERS: readonly Layer[] = [udp(INNER_UDP)];

/** Makes frames for one set-up; every frame carries a mark from `tagOf`. */
export class StimulusFactory {
  readonly #lab: Lab;
  readonly #tagOf: (mark: number) => Uint8Array;

  constructor(lab: Lab, tagOf: (mark: number) => Uint8Array) {
    this.#lab = lab;
    this.#tagOf = tagOf;
  }

  fromPod(fields: PodStimulusFields, mark: number): Stimulus {
    const lab = this.#lab;
    const source = fields.source ?? lab.n1.pod();
    const inner = this.inner(fields, mark, source, lab.n2.pod());
    const frame = build(
      ethernet({
        source: fields.ethernetSource ?? lab.macOf(source),
        destination: fields.ethernetDestination ?? lab.macs.dut.P,
      }),
      asIpv6(inner),
      ...(fields.trailer === undefined ? [] : [trailer(fields.trailer)]),
    );
    return { port: 'P', frame, mark, inner, title: `from pod ${source.toString()}` };
  }

  fromTunnel(fieldsOrPacket: InnerFields | Uint8Array, fields: TunnelStimulusFields, mark: number): Stimulus {
    const lab = this.#lab;
    const inner =
      fieldsOrPacket instanceof Uint8Array
        ? fieldsOrPacket
        : this.inner(fieldsOrPacket, mark, fieldsOrPacket.source ?? lab.n2.pod(), lab.n1.pod());
    const from = fields.from ?? lab.n2.ipv4;
    const frame = build(
      ethernet({
        source: fields.ethernetSource ?? this.#previousHopMac(from),
        destination: fields.ethernetDestination ?? lab.macs.dut.U,
      }),
      ...outerLayers(lab, from, fields),
      ...framingLayers(lab.profile, fields),
      asIpv6(fields.surplus === undefined ? inner : concat(inner, fields.surplus)),
    );
    const identification = fields.outer?.identification;
    const title = `tunnel packet from ${from.toString()}`;
    return { port: 'U', frame, mark, inner, title, ...(identification === undefined ? {} : { identification }) };
  }

  /** The inner packet as bytes: tag and filling as payload, exactly `lengthBytes` long where that is asked for. */
  inner(fields: InnerFields, mark: number, source: Ipv6Address, destination: Ipv6Address): Uint8Array {
    if (isOrdinary(fields)) {
      const tag = this.#tagOf(mark);
      return ordinaryPacket({
        source: fields.source ?? source,
        destination: fields.destination ?? destination,
        hopLimit: fields.hopLimit ?? 64,
        trafficClass: fields.trafficClass ?? 0,
        flowLabel: fields.flowLabel ?? flowLabelOf(mark),
        lengthBytes: fields.lengthBytes ?? ORDINARY_OVERHEAD_BYTES + tag.length,
        tag,
      });
    }
    const header = headerLayer(fields, flowLabelOf(mark), source, destination);
    const layers = fields.layers ?? ORDINARY_LAYERS;
    if (fields.payload !== undefined) return build(header, ...layers, payload(fields.payload));
    const tag = this.#tagOf(mark);
    if (fields.lengthBytes === undefined) return build(header, ...layers, payload(tag));
    const overhead = fields.layers === undefined ? ORDINARY_OVERHEAD_BYTES : build(header, ...layers, payload()).length;
    if (fields.lengthBytes >= overhead)
      return build(header, ...layers, payload(filled(tag, fields.lengthBytes - overhead)));
    return shortPacket(fields, build(header, ...layers, payload()), fields.lengthBytes);
  }

  /** A frame from a node that is not on the segment comes from the gateway that leads there. */
  #previousHopMac(from: Parameters<Lab['nextHop']>[0]): ReturnType<Lab['macOf']> {
    const lab = this.#lab;
    return lab.macOf(lab.nextHop(from) ?? lab.underlay.gatewayA);
  }
}

const isOrdinary = (fields: InnerFields): boolean =>
  fields.layers === undefined &&
  fields.payload === undefined &&
  fields.version === undefined &&
  fields.payloadLength === undefined &&
  fields.nextHeader === undefined &&
  (fields.lengthBytes === undefined ||
    (fields.lengthBytes >= ORDINARY_OVERHEAD_BYTES && fields.lengthBytes <= ORDINARY_MAXIMUM_BYTES));

/** Bytes that are an IPv6 packet already (or pretend to be one), as a layer. */
const asIpv6 = (bytes: Uint8Array): Layer => ({
  kind: 'ipv6',
  protocolNumber: PROTOCOL.IPV6,
  etherType: 0x86dd,
  finish: () => bytes,
});

const headerLayer = (fields: InnerFields, flowLabel: number, source: Ipv6Address, destination: Ipv6Address): Layer =>
  ipv6({
    source: fields.source ?? source,
    destination: fields.destination ?? destination,
    hopLimit: fields.hopLimit ?? 64,
    trafficClass: fields.trafficClass ?? 0,
    flowLabel: fields.flowLabel ?? flowLabel,
    ...(fields.version === undefined ? {} : { version: fields.version }),
    ...(fields.payloadLength === undefined ? {} : { payloadLength: fields.payloadLength }),
    ...(fields.nextHeader === undefined ? {} : { nextHeader: fields.nextHeader }),
  });

/** A packet too short for its layers is a bare IPv6 header (next header 59) with as much of the layers as fits. */
const shortPacket = (fields: InnerFields, whole: Uint8Array, lengthBytes: number): Uint8Array => {
  const bytes = whole.slice(0, lengthBytes);
  if (lengthBytes < IPV6.HEADER_LENGTH) return bytes;
  writeUint16(bytes, IPV6.PAYLOAD_LENGTH, lengthBytes - IPV6.HEADER_LENGTH);
  bytes[IPV6.NEXT_HEADER] = fields.nextHeader ?? PROTOCOL.NO_NEXT_HEADER;
  return bytes;
};
