/** What a decoder hands back: plain values, in the order of the headers in the packet. */
import type { ArpHeader } from './arp.ts';
import type { EthernetHeader, VlanHeader } from './ethernet.ts';
import type { GreHeader } from './gre.ts';
import type { GueHeader } from './gue.ts';
import type { Icmpv4Header } from './icmpv4.ts';
import type { Icmpv6Header } from './icmpv6.ts';
import type { Ipv4Header } from './ipv4.ts';
import type {
  AhHeader,
  EspHeader,
  Ipv6FragmentHeader,
  Ipv6OptionsHeader,
  Ipv6RoutingHeader,
} from './ipv6-extension.ts';
import type { Ipv6Header } from './ipv6.ts';
import type { NdpMessage } from './ndp.ts';
import type { TcpHeader } from './tcp.ts';
import type { UdpHeader } from './udp.ts';

/**
 * `unverified`: the bytes that the checksum covers are not all there (a fragment, a quote, a cut packet), or the
 * addresses of its pseudo-header are not known. `absent`: the header says that none was computed.
 */
export type ChecksumState = 'good' | 'bad' | 'unverified' | 'absent';

interface LayerBase {
  /** Of the header, from the start of the bytes. */
  readonly offset: number;
  readonly headerLengthBytes: number;
  /** Where header and content end by the length fields, clipped to what is there. */
  readonly endOffset: number;
  /** What is odd about this layer, in plain words; empty for a sound one. */
  readonly issues: readonly string[];
}

interface WithHeader<Kind extends string, Header> extends LayerBase {
  readonly kind: Kind;
  readonly header: Header;
}

interface WithChecksum<Kind extends string, Header> extends WithHeader<Kind, Header> {
  readonly checksum: ChecksumState;
}

interface WithQuote<Kind extends string, Header> extends WithChecksum<Kind, Header> {
  /** What an ICMP error quotes, decoded; undefined if it is no error, quotes nothing, or is nested too deeply. */
  decodeQuoted(): Decoded | undefined;
}

export interface Icmpv6Layer extends WithQuote<'icmpv6', Icmpv6Header> {
  /** The Neighbor Discovery message, if it is one and long enough. */
  readonly ndp?: NdpMessage;
}

/** Bytes that no known header explains: application data, unknown protocols, the later fragments of a packet. */
export interface PayloadLayer extends LayerBase {
  readonly kind: 'payload';
  /** A view of the decoded bytes, not a copy. */
  readonly data: Uint8Array;
}

export type DecodedLayer =
  | WithHeader<'ethernet', EthernetHeader>
  | WithHeader<'vlan', VlanHeader>
  | WithHeader<'arp', ArpHeader>
  | WithChecksum<'ipv4', Ipv4Header>
  | WithHeader<'ipv6', Ipv6Header>
  | WithHeader<'ipv6-hop-by-hop', Ipv6OptionsHeader>
  | WithHeader<'ipv6-destination-options', Ipv6OptionsHeader>
  | WithHeader<'ipv6-routing', Ipv6RoutingHeader>
  | WithHeader<'ipv6-fragment', Ipv6FragmentHeader>
  | WithHeader<'ah', AhHeader>
  | WithHeader<'esp', EspHeader>
  | WithQuote<'icmpv4', Icmpv4Header>
  | Icmpv6Layer
  | WithChecksum<'udp', UdpHeader>
  | WithChecksum<'tcp', TcpHeader>
  | WithChecksum<'gre', GreHeader>
  | WithHeader<'gue', GueHeader>
  | PayloadLayer;

export type LayerKind = DecodedLayer['kind'];

export type LayerOf<Kind extends LayerKind> = Extract<DecodedLayer, { kind: Kind }>;

/** Where decoding ended before the bytes did, because what stands there cannot be what it should be. */
export interface DecodeStop {
  readonly offset: number;
  readonly reason: string;
  /** The header that was expected there. */
  readonly protocol: LayerKind;
}

export interface Decoded {
  readonly bytes: Uint8Array;
  /** What was understood, outermost first. */
  readonly layers: readonly DecodedLayer[];
  /** Absent if everything was understood or is plain payload. */
  readonly stop?: DecodeStop;
  /** The first byte behind the outermost IP or ARP packet, if any follow. */
  readonly trailerOffset?: number;
}

/** The first layer of a kind, or the one with the given index among its kind. */
export function findLayer<Kind extends LayerKind>(decoded: Decoded, kind: Kind, index = 0): LayerOf<Kind> | undefined {
  return findLayers(decoded, kind)[index];
}

/** All layers of a kind, outermost first. */
export function findLayers<Kind extends LayerKind>(decoded: Decoded, kind: Kind): readonly LayerOf<Kind>[] {
  return decoded.layers.filter((layer): layer is LayerOf<Kind> => layer.kind === kind);
}
