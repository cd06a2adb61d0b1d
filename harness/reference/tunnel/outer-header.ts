/** The outer IPv4 header, field by field (RFC 4213 section 3.5). */
import { writeUint16 } from '../../packet/bytes.ts';
import { internetChecksum } from '../../packet/checksum.ts';
import { IPV4, IPV4_FLAG } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import type { NodeConfig } from '../config.ts';
import type { IdentificationTable } from '../ipv4/identification.ts';
import type { OuterHeader } from '../ipv4/header.ts';
import { layOut } from '../ipv4/header.ts';
import { ihlBytes } from '../ipv4/checks.ts';
import type { Ipv4Route } from '../ipv4/route.ts';
import { trafficClassOf } from '../ipv6/packet.ts';
import type { EcnBehaviour } from './ecn.ts';
import { framingProtocol } from './framing.ts';

/** What the fields of one outer header are computed from. */
export interface OuterContext {
  readonly config: NodeConfig;
  readonly ecn: EcnBehaviour;
  /** The inner packet as it is carried, hop limit already lowered. */
  readonly inner: Uint8Array;
  readonly destination: number;
  readonly route: Ipv4Route;
  readonly identifications: IdentificationTable;
}

export interface OuterBehaviour {
  versionAndIhl(optionsLengthBytes: number): number;
  options(inner: Uint8Array): Uint8Array;
  tos(context: OuterContext): number;
  totalLength(outerLengthBytes: number): number;
  identification(context: OuterContext, source: number, protocol: number): number;
  flagsAndOffset(dontFragment: boolean): number;
  ttl(context: OuterContext): number;
  protocol(context: OuterContext): number;
  source(context: OuterContext): number;
  /** Over a header whose checksum field is zero. */
  headerChecksum(header: Uint8Array): number;
  /** Header and payload as one packet with its checksum. */
  assemble(behaviour: OuterBehaviour, header: OuterHeader, payload: Uint8Array): Uint8Array;
}

export const outer: OuterBehaviour = {
  versionAndIhl: (optionsLengthBytes) => 0x45 + optionsLengthBytes / 4,
  options: () => new Uint8Array(0),
  tos: ({ config, ecn, inner }) => {
    const trafficClass = trafficClassOf(inner);
    const dscp = { zero: 0, copy: trafficClass, fixed: config.fixedTos }[config.switches.tos] & 0xfc;
    return dscp | ecn.ingress(config, trafficClass & 3);
  },
  totalLength: (outerLengthBytes) => outerLengthBytes,
  identification: ({ identifications, destination }, source, protocol) =>
    identifications.next(source, destination, protocol),
  flagsAndOffset: (dontFragment) => (dontFragment ? IPV4_FLAG.DONT_FRAGMENT : 0),
  ttl: ({ config, inner }) =>
    config.switches.ttl === 'inherit' ? (inner[IPV6.HOP_LIMIT] ?? config.outerTtl) : config.outerTtl,
  protocol: ({ config }) => framingProtocol(config),
  source: ({ config }) => config.tunnelAddress,
  headerChecksum: (header) => internetChecksum(header),
  assemble: (behaviour, header, payload) => {
    const packet = layOut(header, payload);
    const checksum = behaviour.headerChecksum(packet.subarray(0, ihlBytes(packet)));
    writeUint16(packet, IPV4.HEADER_CHECKSUM, checksum);
    return packet;
  },
};

export const buildOuter = (
  behaviour: OuterBehaviour,
  context: OuterContext,
  payload: Uint8Array,
  dontFragment: boolean,
): Uint8Array => {
  const options = behaviour.options(context.inner);
  const source = behaviour.source(context);
  const protocol = behaviour.protocol(context);
  const header: OuterHeader = {
    versionAndIhl: behaviour.versionAndIhl(options.length),
    tos: behaviour.tos(context),
    totalLength: behaviour.totalLength(IPV4.MINIMUM_HEADER_LENGTH + options.length + payload.length),
    identification: behaviour.identification(context, source, protocol),
    flagsAndOffset: behaviour.flagsAndOffset(dontFragment),
    ttl: behaviour.ttl(context),
    protocol,
    source,
    destination: context.destination,
    options,
  };
  return behaviour.assemble(behaviour, header, payload);
};
