import { ARP_OPERATION, type ArpHeader } from '../arp.ts';
import type { Decoded, DecodedLayer, LayerOf } from '../decoded.ts';
import { etherTypeName } from '../ether-types.ts';
import type { Ipv4Header } from '../ipv4.ts';
import { toHex } from '../bytes.ts';
import { protocolName } from '../protocol-numbers.ts';
import { tcpFlagNames } from '../tcp.ts';
import { describeIcmpv4, describeIcmpv6 } from './icmp.ts';

/** The text of one layer; `next` decides whether the protocol that follows must be named. */
export function describeLayer(
  layer: DecodedLayer,
  next: DecodedLayer | undefined,
  quote: (quoted: Decoded) => string,
): string {
  const text = textOf(layer, next === undefined || next.kind === 'payload', quote);
  return layer.issues.length === 0 ? text : `${text} (${layer.issues.join('; ')})`;
}

function textOf(layer: DecodedLayer, nameNext: boolean, quote: (quoted: Decoded) => string): string {
  switch (layer.kind) {
    case 'ethernet':
      return join(
        `Ethernet ${layer.header.source.toString()} > ${layer.header.destination.toString()}`,
        etherType(layer, nameNext),
      );
    case 'vlan':
      return join(
        `VLAN ${layer.header.vlanIdentifier} priority ${layer.header.priority}`,
        layer.header.dropEligible && 'DEI',
        etherType(layer, nameNext),
      );
    case 'arp':
      return arpText(layer.header);
    case 'ipv4':
      return ipv4Text(layer, nameNext);
    case 'ipv6':
      return ipv6Text(layer, nameNext);
    case 'ipv6-hop-by-hop':
      return join(`Hop-by-Hop Options ${layer.headerLengthBytes} bytes`, protocol(layer.header.nextHeader, nameNext));
    case 'ipv6-destination-options':
      return join(`Destination Options ${layer.headerLengthBytes} bytes`, protocol(layer.header.nextHeader, nameNext));
    case 'ipv6-routing':
      return join(
        `Routing type ${layer.header.routingType} segments left ${layer.header.segmentsLeft}`,
        protocol(layer.header.nextHeader, nameNext),
      );
    case 'ipv6-fragment':
      return join(
        `Fragment id 0x${hex(layer.header.identification, 8)} offset ${layer.header.fragmentOffset * 8}`,
        layer.header.moreFragments && 'MF',
        protocol(layer.header.nextHeader, nameNext),
      );
    case 'ah':
      return join(`AH spi 0x${hex(layer.header.spi, 8)}`, protocol(layer.header.nextHeader, nameNext));
    case 'esp':
      return `ESP spi 0x${hex(layer.header.spi, 8)} seq ${layer.header.sequence}`;
    case 'icmpv4':
      return describeIcmpv4(layer, quote);
    case 'icmpv6':
      return describeIcmpv6(layer, quote);
    case 'udp': {
      const { sourcePort, destinationPort, length } = layer.header;
      return `UDP ${sourcePort} > ${destinationPort} len ${length} csum ${layer.checksum}`;
    }
    case 'tcp': {
      const { sourcePort, destinationPort, flags, sequence, acknowledgment, window } = layer.header;
      return `TCP ${sourcePort} > ${destinationPort} ${tcpFlagNames(flags)} seq ${sequence} ack ${acknowledgment} win ${window} csum ${layer.checksum}`;
    }
    case 'gre':
      return join(
        'GRE',
        layer.header.key !== undefined && `key 0x${hex(layer.header.key, 8)}`,
        layer.header.sequence !== undefined && `seq ${layer.header.sequence}`,
        layer.checksum !== 'absent' && `csum ${layer.checksum}`,
        nameNext && etherTypeName(layer.header.protocolType),
      );
    case 'gue':
      return join('GUE', layer.header.control && 'control', protocol(layer.header.protocol, nameNext));
    case 'payload':
      return `${layer.data.length} bytes`;
  }
}

function arpText(header: ArpHeader): string {
  const { operation, senderHardwareAddress, senderProtocolAddress, targetProtocolAddress } = header;
  if (operation === ARP_OPERATION.REQUEST) {
    return `ARP who has ${targetProtocolAddress.toString()}, tell ${senderProtocolAddress.toString()} at ${senderHardwareAddress.toString()}`;
  }
  const name = operation === ARP_OPERATION.REPLY ? 'ARP' : `ARP operation ${operation}`;
  return `${name} ${senderProtocolAddress.toString()} is at ${senderHardwareAddress.toString()}, for ${targetProtocolAddress.toString()}`;
}

function ipv4Text({ header, checksum }: LayerOf<'ipv4'>, nameNext: boolean): string {
  return join(
    `IPv4 ${header.source.toString()} > ${header.destination.toString()} ttl ${header.ttl} tos 0x${hex(header.tos, 2)}`,
    `id 0x${hex(header.identification, 4)}`,
    ...fragmentation(header),
    `len ${header.totalLength}`,
    header.options.length > 0 && `options ${toHex(header.options)}`,
    `csum ${checksum}`,
    protocol(header.protocol, nameNext),
  );
}

function fragmentation(header: Ipv4Header): readonly (string | false)[] {
  return [
    header.reservedFlag && 'RF',
    header.dontFragment && 'DF',
    header.moreFragments && 'MF',
    header.fragmentOffset > 0 && `offset ${header.fragmentOffset * 8}`,
  ];
}

function ipv6Text({ header }: LayerOf<'ipv6'>, nameNext: boolean): string {
  return join(
    `IPv6 ${header.source.toString()} > ${header.destination.toString()} hl ${header.hopLimit} tc 0x${hex(header.trafficClass, 2)}`,
    `fl 0x${hex(header.flowLabel, 5)} pl ${header.payloadLength}`,
    protocol(header.nextHeader, nameNext),
  );
}

function etherType(layer: LayerOf<'ethernet' | 'vlan'>, nameNext: boolean): string | false {
  return nameNext && etherTypeName(layer.header.etherType);
}

function protocol(number: number, nameNext: boolean): string | false {
  return nameNext && protocolName(number);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function join(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join(' ');
}
