import type { Decoded, LayerOf } from '../decoded.ts';
import { ICMPV4_TYPE, ICMPV4_UNREACHABLE, icmpv4CodeName, icmpv4IsError, icmpv4TypeName } from '../icmpv4-types.ts';
import { ICMPV6_TYPE, icmpv6CodeName, icmpv6IsError, icmpv6TypeName } from '../icmpv6-types.ts';
import type { NdpMessage } from '../ndp.ts';
import { ndpOptionName, type NdpOption } from '../ndp-options.ts';

type Quote = (quoted: Decoded) => string;

export function describeIcmpv4(layer: LayerOf<'icmpv4'>, quote: Quote): string {
  const { type, code, identifier, sequence, body } = layer.header;
  const parts = [`ICMPv4 ${icmpv4TypeName(type)}`];
  if (icmpv4IsError(type)) {
    parts.push(`(${icmpv4CodeName(type, code)})`, ...icmpv4Parameter(layer), ...quoting(layer, quote));
  } else if (type === ICMPV4_TYPE.ECHO_REQUEST || type === ICMPV4_TYPE.ECHO_REPLY) {
    parts.push(...nonZeroCode(code), `id ${identifier} seq ${sequence} ${body.length} bytes`);
  } else {
    parts.push(...nonZeroCode(code), `${body.length} bytes`);
  }
  return [...parts, `csum ${layer.checksum}`].join(' ');
}

export function describeIcmpv6(layer: LayerOf<'icmpv6'>, quote: Quote): string {
  const { type, code, identifier, sequence, body } = layer.header;
  const parts = [`ICMPv6 ${icmpv6TypeName(type)}`];
  if (icmpv6IsError(type)) {
    parts.push(...icmpv6ErrorDetails(layer), ...quoting(layer, quote));
  } else if (type === ICMPV6_TYPE.ECHO_REQUEST || type === ICMPV6_TYPE.ECHO_REPLY) {
    parts.push(...nonZeroCode(code), `id ${identifier} seq ${sequence} ${body.length} bytes`);
  } else if (layer.ndp !== undefined) {
    parts.push(...nonZeroCode(code), ...ndpDetails(layer.ndp));
  } else {
    parts.push(...nonZeroCode(code), `${body.length} bytes`);
  }
  return [...parts, `csum ${layer.checksum}`].join(' ');
}

function icmpv4Parameter({ header }: LayerOf<'icmpv4'>): readonly string[] {
  const isTooBig =
    header.type === ICMPV4_TYPE.DESTINATION_UNREACHABLE && header.code === ICMPV4_UNREACHABLE.FRAGMENTATION_NEEDED;
  if (isTooBig) return [`mtu ${header.nextHopMtu}`];
  return header.type === ICMPV4_TYPE.PARAMETER_PROBLEM ? [`pointer ${header.restOfHeader >>> 24}`] : [];
}

function icmpv6ErrorDetails({ header }: LayerOf<'icmpv6'>): readonly string[] {
  const { type, code, parameter } = header;
  // RFC 4443 section 3.2: the code of a Packet Too Big is zero and ignored.
  if (type === ICMPV6_TYPE.PACKET_TOO_BIG) return [...nonZeroCode(code), `mtu ${parameter}`];
  const meaning = `(${icmpv6CodeName(type, code)})`;
  return type === ICMPV6_TYPE.PARAMETER_PROBLEM ? [meaning, `pointer ${parameter}`] : [meaning];
}

function quoting(layer: LayerOf<'icmpv4' | 'icmpv6'>, quote: Quote): readonly string[] {
  const { quoted } = layer.header;
  if (quoted.length === 0) return ['quoting nothing'];
  const decoded = layer.decodeQuoted();
  return [`quoting ${decoded === undefined ? `${quoted.length} bytes` : quote(decoded)}`];
}

function ndpDetails(message: NdpMessage): readonly string[] {
  const options = message.options.map(optionText);
  switch (message.kind) {
    case 'router-solicitation':
      return options;
    case 'router-advertisement':
      return [`lifetime ${message.routerLifetimeSeconds} s`, ...options];
    case 'neighbor-solicitation':
      return [`for ${message.target.toString()}`, ...options];
    case 'neighbor-advertisement': {
      const flags = [message.router && 'R', message.solicited && 'S', message.override && 'O'].filter(Boolean);
      return [
        `of ${message.target.toString()}`,
        ...(flags.length === 0 ? [] : [`flags ${flags.join('')}`]),
        ...options,
      ];
    }
    case 'redirect':
      return [`to ${message.target.toString()} for ${message.destination.toString()}`, ...options];
  }
}

function optionText({ type, linkLayerAddress, mtu, prefixInformation }: NdpOption): string {
  const name = ndpOptionName(type);
  if (linkLayerAddress !== undefined) return `${name} ${linkLayerAddress.toString()}`;
  if (mtu !== undefined) return `${name} ${mtu}`;
  if (prefixInformation === undefined) return name;
  return `${name} ${prefixInformation.prefix.toString()}/${prefixInformation.prefixLength}`;
}

function nonZeroCode(code: number): readonly string[] {
  return code === 0 ? [] : [`code ${code}`];
}
