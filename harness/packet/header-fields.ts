/** Every header as a list of named bit fields, for whoever must name the place of a byte. */
import type { DecodedLayer, LayerKind } from './decoded.ts';
import { ICMPV4_TYPE, ICMPV4_UNREACHABLE } from './icmpv4-types.ts';
import { ICMPV6_TYPE } from './icmpv6-types.ts';

/** How the value of a field is shown to people. */
export type FieldFormat = 'decimal' | 'hex' | 'ipv4' | 'ipv6' | 'mac' | 'bytes';

/** A field by its place from the start of its header; bits count from the most significant. */
export interface HeaderField {
  /** In the words of the RFC and of the header types of this codec. */
  readonly name: string;
  readonly firstBit: number;
  readonly lengthBits: number;
  readonly format: FieldFormat;
}

type Shape = readonly (readonly [name: string, lengthBits: number, format?: FieldFormat])[];

// In wire order without gaps, so that the places follow from the lengths.
const SHAPES: Readonly<Record<Exclude<LayerKind, 'gre' | 'payload'>, Shape>> = {
  ethernet: [
    ['destination', 48, 'mac'],
    ['source', 48, 'mac'],
    ['etherType', 16, 'hex'],
  ],
  vlan: [
    ['priority', 3],
    ['dropEligible', 1],
    ['vlanIdentifier', 12],
    ['etherType', 16, 'hex'],
  ],
  arp: [
    ['hardwareType', 16],
    ['protocolType', 16, 'hex'],
    ['hardwareLength', 8],
    ['protocolLength', 8],
    ['operation', 16],
    ['senderHardwareAddress', 48, 'mac'],
    ['senderProtocolAddress', 32, 'ipv4'],
    ['targetHardwareAddress', 48, 'mac'],
    ['targetProtocolAddress', 32, 'ipv4'],
  ],
  ipv4: [
    ['version', 4],
    ['ihl', 4],
    ['tos', 8, 'hex'],
    ['totalLength', 16],
    ['identification', 16, 'hex'],
    ['reservedFlag', 1],
    ['dontFragment', 1],
    ['moreFragments', 1],
    ['fragmentOffset', 13],
    ['ttl', 8],
    ['protocol', 8],
    ['headerChecksum', 16, 'hex'],
    ['source', 32, 'ipv4'],
    ['destination', 32, 'ipv4'],
  ],
  ipv6: [
    ['version', 4],
    ['trafficClass', 8, 'hex'],
    ['flowLabel', 20, 'hex'],
    ['payloadLength', 16],
    ['nextHeader', 8],
    ['hopLimit', 8],
    ['source', 128, 'ipv6'],
    ['destination', 128, 'ipv6'],
  ],
  'ipv6-hop-by-hop': [
    ['nextHeader', 8],
    ['headerLength', 8],
  ],
  'ipv6-destination-options': [
    ['nextHeader', 8],
    ['headerLength', 8],
  ],
  'ipv6-routing': [
    ['nextHeader', 8],
    ['headerLength', 8],
    ['routingType', 8],
    ['segmentsLeft', 8],
  ],
  'ipv6-fragment': [
    ['nextHeader', 8],
    ['reserved', 8],
    ['fragmentOffset', 13],
    ['reservedBits', 2],
    ['moreFragments', 1],
    ['identification', 32, 'hex'],
  ],
  ah: [
    ['nextHeader', 8],
    ['payloadLength', 8],
    ['reserved', 16, 'hex'],
    ['spi', 32, 'hex'],
    ['sequence', 32],
  ],
  esp: [
    ['spi', 32, 'hex'],
    ['sequence', 32],
  ],
  icmpv4: [
    ['type', 8],
    ['code', 8],
    ['checksum', 16, 'hex'],
  ],
  icmpv6: [
    ['type', 8],
    ['code', 8],
    ['checksum', 16, 'hex'],
  ],
  udp: [
    ['sourcePort', 16],
    ['destinationPort', 16],
    ['length', 16],
    ['checksum', 16, 'hex'],
  ],
  tcp: [
    ['sourcePort', 16],
    ['destinationPort', 16],
    ['sequence', 32],
    ['acknowledgment', 32],
    ['dataOffset', 4],
    ['reserved', 4],
    ['flags', 8, 'hex'],
    ['window', 16],
    ['checksum', 16, 'hex'],
    ['urgentPointer', 16],
  ],
  gue: [
    ['variant', 2],
    ['control', 1],
    ['headerLength', 5],
    ['protocol', 8],
    ['flags', 16, 'hex'],
  ],
};

const NAME_OF_REST: Readonly<Partial<Record<LayerKind, string>>> = {
  ipv4: 'options',
  tcp: 'options',
  'ipv6-hop-by-hop': 'options',
  'ipv6-destination-options': 'options',
  'ipv6-routing': 'data',
  ah: 'icv',
  gue: 'fields',
  payload: 'data',
};

/** The fields of a layer, without gaps from its first byte to the end of what belongs to it alone. */
export function headerFields(layer: DecodedLayer): readonly HeaderField[] {
  const fields = place(shapeOf(layer));
  const namedBits = fields.reduce((sum, field) => sum + field.lengthBits, 0);
  // The content of ICMP messages and of ND options has no layer of its own.
  const ownsContent = layer.kind === 'payload' || layer.kind === 'icmpv4' || layer.kind === 'icmpv6';
  const lengthBytes = ownsContent ? layer.endOffset - layer.offset : layer.headerLengthBytes;
  const restBits = lengthBytes * 8 - namedBits;
  if (restBits <= 0) return fields;
  const name = NAME_OF_REST[layer.kind] ?? 'body';
  return [...fields, { name, firstBit: namedBits, lengthBits: restBits, format: 'bytes' }];
}

function shapeOf(layer: DecodedLayer): Shape {
  switch (layer.kind) {
    case 'payload':
      return [];
    case 'gre':
      return greShape(layer.header);
    case 'icmpv4':
      return [...SHAPES.icmpv4, ...icmpv4Parameter(layer.header)];
    case 'icmpv6':
      return [...SHAPES.icmpv6, ...icmpv6Parameter(layer.header.type)];
    default:
      return SHAPES[layer.kind];
  }
}

function greShape(header: { readonly checksum?: number; readonly key?: number; readonly sequence?: number }): Shape {
  const shape: (readonly [string, number, FieldFormat?])[] = [
    ['flags', 16, 'hex'],
    ['protocolType', 16, 'hex'],
  ];
  if (header.checksum !== undefined) shape.push(['checksum', 16, 'hex'], ['reserved1', 16, 'hex']);
  if (header.key !== undefined) shape.push(['key', 32, 'hex']);
  if (header.sequence !== undefined) shape.push(['sequence', 32]);
  return shape;
}

function icmpv4Parameter({ type, code }: { readonly type: number; readonly code: number }): Shape {
  if (type === ICMPV4_TYPE.ECHO_REQUEST || type === ICMPV4_TYPE.ECHO_REPLY) return ECHO_PARAMETER;
  if (type === ICMPV4_TYPE.DESTINATION_UNREACHABLE && code === ICMPV4_UNREACHABLE.FRAGMENTATION_NEEDED) {
    return [
      ['unused', 16, 'hex'],
      ['nextHopMtu', 16],
    ];
  }
  return [['restOfHeader', 32, 'hex']];
}

const ECHO_PARAMETER: Shape = [
  ['identifier', 16],
  ['sequence', 16],
];

function icmpv6Parameter(type: number): Shape {
  switch (type) {
    case ICMPV6_TYPE.ECHO_REQUEST:
    case ICMPV6_TYPE.ECHO_REPLY:
      return ECHO_PARAMETER;
    case ICMPV6_TYPE.PACKET_TOO_BIG:
      return [['mtu', 32]];
    case ICMPV6_TYPE.PARAMETER_PROBLEM:
      return [['pointer', 32]];
    case ICMPV6_TYPE.NEIGHBOR_SOLICITATION:
    case ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT:
      return [
        ['flags', 32, 'hex'],
        ['target', 128, 'ipv6'],
      ];
    default:
      return [['parameter', 32, 'hex']];
  }
}

function place(shape: Shape): readonly HeaderField[] {
  let firstBit = 0;
  return shape.map(([name, lengthBits, format = 'decimal']) => {
    const field = { name, firstBit, lengthBits, format };
    firstBit += lengthBits;
    return field;
  });
}
