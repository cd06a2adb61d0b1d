/** Builders of IPv6 extension headers; see ipv6-extension.ts. */
import { concat, writeUint16, writeUint32, writeUint8 } from '../bytes.ts';
import {
  AH,
  ESP,
  IPV6_EXTENSION,
  IPV6_FRAGMENT,
  IPV6_OPTIONS,
  IPV6_ROUTING,
  type AhHeader,
  type EspHeader,
  type Ipv6FragmentHeader,
  type Ipv6OptionsHeader,
  type Ipv6RoutingHeader,
} from '../ipv6-extension.ts';
import { unsigned, type Layer } from '../layer.ts';
import { PROTOCOL } from '../protocol-numbers.ts';
import { protocolOf } from './next-protocol.ts';

const PAD1 = 0;
const PADN = 1;

/** Hop-by-Hop Options header; options are padded with Pad1 or PadN (RFC 8200 section 4.2) to a multiple of eight. */
export function hopByHopOptions(fields: Partial<Ipv6OptionsHeader> = {}): Layer {
  return optionsHeader('ipv6-hop-by-hop', PROTOCOL.HOP_BY_HOP, fields);
}

/** Destination Options header; options are padded as for `hopByHopOptions`. */
export function destinationOptions(fields: Partial<Ipv6OptionsHeader> = {}): Layer {
  return optionsHeader('ipv6-destination-options', PROTOCOL.DESTINATION_OPTIONS, fields);
}

/**
 * Routing header. `data` is everything behind segmentsLeft (four zero bytes if unset), padded with zeros to a
 * multiple of eight; for type 0 four reserved bytes and the addresses.
 */
export function routingHeader(fields: Partial<Ipv6RoutingHeader> = {}): Layer {
  return {
    kind: 'ipv6-routing',
    protocolNumber: PROTOCOL.ROUTING,
    finish(inner, { next }) {
      const data = fields.data ?? new Uint8Array(4);
      const header = new Uint8Array(Math.ceil((IPV6_ROUTING.DATA + data.length) / 8) * 8);
      header.set(data, IPV6_ROUTING.DATA);
      writeUint8(header, IPV6_EXTENSION.NEXT_HEADER, unsigned('nextHeader', fields.nextHeader ?? protocolOf(next), 8));
      const length = fields.headerLength ?? header.length / 8 - 1;
      writeUint8(header, IPV6_EXTENSION.HEADER_LENGTH, unsigned('headerLength', length, 8));
      writeUint8(header, IPV6_ROUTING.TYPE, unsigned('routingType', fields.routingType ?? 0, 8));
      writeUint8(header, IPV6_ROUTING.SEGMENTS_LEFT, unsigned('segmentsLeft', fields.segmentsLeft ?? 0, 8));
      return concat(header, inner);
    },
  };
}

/** Fragment header. In front of anything but a first fragment set `nextHeader`, because what follows has no header. */
export function fragmentHeader(fields: Partial<Ipv6FragmentHeader> = {}): Layer {
  return {
    kind: 'ipv6-fragment',
    protocolNumber: PROTOCOL.FRAGMENT,
    finish(inner, { next }) {
      const header = new Uint8Array(IPV6_FRAGMENT.HEADER_LENGTH);
      writeUint8(header, IPV6_EXTENSION.NEXT_HEADER, unsigned('nextHeader', fields.nextHeader ?? protocolOf(next), 8));
      writeUint8(header, IPV6_FRAGMENT.RESERVED, unsigned('reserved', fields.reserved ?? 0, 8));
      const offset = unsigned('fragmentOffset', fields.fragmentOffset ?? 0, 13);
      const reservedBits = unsigned('reservedBits', fields.reservedBits ?? 0, 2);
      const more = fields.moreFragments === true ? 1 : 0;
      writeUint16(header, IPV6_FRAGMENT.OFFSET_FLAGS, (offset << 3) | (reservedBits << 1) | more);
      const identification = unsigned('identification', fields.identification ?? 0, 32);
      writeUint32(header, IPV6_FRAGMENT.IDENTIFICATION, identification);
      return concat(header, inner);
    },
  };
}

/** Authentication Header (RFC 4302). The ICV is not computed: its bytes are sent as set, padded to a multiple of four. */
export function ah(fields: Partial<AhHeader> = {}): Layer {
  return {
    kind: 'ah',
    protocolNumber: PROTOCOL.AH,
    finish(inner, { next }) {
      const icv = fields.icv ?? new Uint8Array(12);
      const header = new Uint8Array(AH.ICV + Math.ceil(icv.length / 4) * 4);
      header.set(icv, AH.ICV);
      writeUint8(header, IPV6_EXTENSION.NEXT_HEADER, unsigned('nextHeader', fields.nextHeader ?? protocolOf(next), 8));
      const length = fields.payloadLength ?? header.length / 4 - 2;
      writeUint8(header, IPV6_EXTENSION.HEADER_LENGTH, unsigned('payloadLength', length, 8));
      writeUint16(header, AH.RESERVED, unsigned('reserved', fields.reserved ?? 0, 16));
      writeUint32(header, AH.SPI, unsigned('spi', fields.spi ?? 0, 32));
      writeUint32(header, AH.SEQUENCE, unsigned('sequence', fields.sequence ?? 0, 32));
      return concat(header, inner);
    },
  };
}

/** ESP (RFC 4303): the layers behind it stand for the encrypted bytes and are not encrypted. */
export function esp(fields: Partial<EspHeader> = {}): Layer {
  return {
    kind: 'esp',
    protocolNumber: PROTOCOL.ESP,
    finish(inner) {
      const header = new Uint8Array(ESP.HEADER_LENGTH);
      writeUint32(header, ESP.SPI, unsigned('spi', fields.spi ?? 0, 32));
      writeUint32(header, ESP.SEQUENCE, unsigned('sequence', fields.sequence ?? 0, 32));
      return concat(header, inner);
    },
  };
}

function optionsHeader(kind: string, protocolNumber: number, fields: Partial<Ipv6OptionsHeader>): Layer {
  return {
    kind,
    protocolNumber,
    finish(inner, { next }) {
      const options = fields.options ?? new Uint8Array(0);
      const header = new Uint8Array(Math.ceil((IPV6_OPTIONS.OPTIONS + options.length) / 8) * 8);
      header.set(options, IPV6_OPTIONS.OPTIONS);
      padOptions(header, IPV6_OPTIONS.OPTIONS + options.length);
      writeUint8(header, IPV6_EXTENSION.NEXT_HEADER, unsigned('nextHeader', fields.nextHeader ?? protocolOf(next), 8));
      const length = fields.headerLength ?? header.length / 8 - 1;
      writeUint8(header, IPV6_EXTENSION.HEADER_LENGTH, unsigned('headerLength', length, 8));
      return concat(header, inner);
    },
  };
}

/** Fill bytes[at, end) with one padding option. */
function padOptions(header: Uint8Array, at: number): void {
  const lengthBytes = header.length - at;
  if (lengthBytes === 1) writeUint8(header, at, PAD1);
  if (lengthBytes < 2) return;
  writeUint8(header, at, PADN);
  writeUint8(header, at + 1, lengthBytes - 2);
}
