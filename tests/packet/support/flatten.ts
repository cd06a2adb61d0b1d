/** Our decoder's view of a frame, in the fields and the notation of Wireshark. */
import type { ChecksumState, Decoded, DecodedLayer } from '../../../harness/packet/index.ts';

export const FIELDS = [
  'frame.protocols',
  'ip.src',
  'ip.dst',
  'ip.ttl',
  'ip.dsfield',
  'ip.id',
  'ip.flags',
  'ip.frag_offset',
  'ip.len',
  'ip.proto',
  'ip.checksum.status',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.plen',
  'ipv6.nxt',
  'ipv6.hlim',
  'ipv6.tclass',
  'ipv6.flow',
  'ipv6.fraghdr.ident',
  'ipv6.fraghdr.offset',
  'udp.srcport',
  'udp.dstport',
  'udp.length',
  'udp.checksum.status',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.flags',
  'tcp.checksum.status',
  'icmp.type',
  'icmp.code',
  'icmp.checksum.status',
  'icmpv6.type',
  'icmpv6.code',
  'icmpv6.checksum.status',
  'icmpv6.mtu',
  'icmpv6.nd.ns.target_address',
  'icmpv6.nd.na.target_address',
  'arp.opcode',
  'arp.src.proto_ipv4',
  'arp.dst.proto_ipv4',
  'gre.proto',
  'gre.checksum.status',
  'vlan.id',
] as const;

export type Field = (typeof FIELDS)[number];

/** Wireshark's name of each kind that shows up in frame.protocols. */
const NAMES: Readonly<Partial<Record<DecodedLayer['kind'], string>>> = {
  ethernet: 'eth',
  vlan: 'vlan',
  arp: 'arp',
  ipv4: 'ip',
  ipv6: 'ipv6',
  'ipv6-hop-by-hop': 'ipv6.hopopts',
  'ipv6-destination-options': 'ipv6.dstopts',
  'ipv6-routing': 'ipv6.routing',
  'ipv6-fragment': 'ipv6.fraghdr',
  ah: 'ah',
  esp: 'esp',
  icmpv4: 'icmp',
  icmpv6: 'icmpv6',
  udp: 'udp',
  tcp: 'tcp',
  gre: 'gre',
};

export const KNOWN_NAMES: ReadonlySet<string> = new Set(Object.values(NAMES));

// Wireshark: PROTO_CHECKSUM_E_BAD, _GOOD, _UNVERIFIED, _NOT_PRESENT.
const CHECKSUM_STATUS: Readonly<Record<ChecksumState, string>> = { bad: '0', good: '1', unverified: '2', absent: '3' };

/** Wireshark's PROTO_CHECKSUM_E_ILLEGAL. */
const ILLEGAL = '4';

/** The layers of a frame with those of every quoted packet behind the error that quotes it. */
export function flattenQuotes(decoded: Decoded): readonly DecodedLayer[] {
  return decoded.layers.flatMap((layer) => {
    if (layer.kind !== 'icmpv4' && layer.kind !== 'icmpv6') return [layer];
    const quoted = layer.decodeQuoted();
    return quoted === undefined ? [layer] : [layer, ...flattenQuotes(quoted)];
  });
}

export function fieldsOf(layers: readonly DecodedLayer[]): ReadonlyMap<Field, readonly string[]> {
  const values = new Map<Field, string[]>(FIELDS.map((field) => [field, []]));
  let isOverIpv6 = false;
  let isQuoted = false;
  for (const layer of layers) {
    if (layer.kind === 'ipv4' || layer.kind === 'ipv6') isOverIpv6 = layer.kind === 'ipv6';
    const name = NAMES[layer.kind];
    if (name !== undefined) values.get('frame.protocols')?.push(name);
    for (const [field, value] of layerFields(layer)) values.get(field)?.push(value);
    // Where we say that there is none, Wireshark judges, but in quotes: RFC 8200 section 8.1 demands one over IPv6.
    const isIllegal = isOverIpv6 && !isQuoted && layer.kind === 'udp' && layer.checksum === 'absent';
    if (isIllegal) values.get('udp.checksum.status')?.splice(-1, 1, ILLEGAL);
    if (layer.kind === 'icmpv4' || layer.kind === 'icmpv6') isQuoted = true;
  }
  return values;
}

function layerFields(layer: DecodedLayer): readonly (readonly [Field, string])[] {
  switch (layer.kind) {
    case 'ipv4': {
      const { header } = layer;
      const flags = (header.reservedFlag ? 4 : 0) + (header.dontFragment ? 2 : 0) + (header.moreFragments ? 1 : 0);
      return [
        ['ip.src', header.source.toString()],
        ['ip.dst', header.destination.toString()],
        ['ip.ttl', `${header.ttl}`],
        ['ip.dsfield', hex(header.tos, 2)],
        ['ip.id', hex(header.identification, 4)],
        ['ip.flags', hex(flags, 2)],
        ['ip.frag_offset', `${header.fragmentOffset}`],
        ['ip.len', `${header.totalLength}`],
        ['ip.proto', `${header.protocol}`],
        ['ip.checksum.status', CHECKSUM_STATUS[layer.checksum]],
      ];
    }
    case 'ipv6': {
      const { header } = layer;
      return [
        ['ipv6.src', header.source.toString()],
        ['ipv6.dst', header.destination.toString()],
        ['ipv6.plen', `${header.payloadLength}`],
        ['ipv6.nxt', `${header.nextHeader}`],
        ['ipv6.hlim', `${header.hopLimit}`],
        ['ipv6.tclass', hex(header.trafficClass, 8)],
        ['ipv6.flow', hex(header.flowLabel, 6)],
      ];
    }
    case 'ipv6-fragment':
      return [
        ['ipv6.fraghdr.ident', hex(layer.header.identification, 8)],
        ['ipv6.fraghdr.offset', `${layer.header.fragmentOffset}`],
      ];
    case 'udp':
      return [
        ['udp.srcport', `${layer.header.sourcePort}`],
        ['udp.dstport', `${layer.header.destinationPort}`],
        ['udp.length', `${layer.header.length}`],
        ['udp.checksum.status', CHECKSUM_STATUS[layer.checksum]],
      ];
    case 'tcp':
      return [
        ['tcp.srcport', `${layer.header.sourcePort}`],
        ['tcp.dstport', `${layer.header.destinationPort}`],
        ['tcp.flags', hex((layer.header.reserved << 8) | layer.header.flags, 4)],
        ['tcp.checksum.status', CHECKSUM_STATUS[layer.checksum]],
      ];
    case 'icmpv4':
      return [
        ['icmp.type', `${layer.header.type}`],
        ['icmp.code', `${layer.header.code}`],
        ['icmp.checksum.status', CHECKSUM_STATUS[layer.checksum]],
      ];
    case 'icmpv6':
      return [
        ['icmpv6.type', `${layer.header.type}`],
        ['icmpv6.code', `${layer.header.code}`],
        ['icmpv6.checksum.status', CHECKSUM_STATUS[layer.checksum]],
        ...(layer.header.type === 2 ? [['icmpv6.mtu', `${layer.header.parameter}`] as const] : []),
        ...(layer.ndp?.kind === 'neighbor-solicitation'
          ? [['icmpv6.nd.ns.target_address', layer.ndp.target.toString()] as const]
          : []),
        ...(layer.ndp?.kind === 'neighbor-advertisement'
          ? [['icmpv6.nd.na.target_address', layer.ndp.target.toString()] as const]
          : []),
      ];
    case 'arp':
      return [
        ['arp.opcode', `${layer.header.operation}`],
        ['arp.src.proto_ipv4', layer.header.senderProtocolAddress.toString()],
        ['arp.dst.proto_ipv4', layer.header.targetProtocolAddress.toString()],
      ];
    case 'gre':
      return [
        ['gre.proto', hex(layer.header.protocolType, 4)],
        ...(layer.checksum === 'absent' ? [] : [['gre.checksum.status', CHECKSUM_STATUS[layer.checksum]] as const]),
      ];
    case 'vlan':
      return [['vlan.id', `${layer.header.vlanIdentifier}`]];
    default:
      return [];
  }
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}
