/**
 * Options of Neighbor Discovery messages (RFC 4861 section 4.6): reading, and writing for the message builders.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      | Length (8 B)  |              ...              |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
import { Ipv6Address, type Ipv6Prefix } from '../address/index.ts';
import { copyRange, readUint32, readUint8, writeUint32 } from './bytes.ts';
import { MacAddress } from './mac-address.ts';

export const NDP_OPTION = {
  SOURCE_LINK_LAYER_ADDRESS: 1,
  TARGET_LINK_LAYER_ADDRESS: 2,
  PREFIX_INFORMATION: 3,
  REDIRECTED_HEADER: 4,
  MTU: 5,
  ROUTE_INFORMATION: 24,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [NDP_OPTION.SOURCE_LINK_LAYER_ADDRESS, 'Source Link-Layer Address'],
  [NDP_OPTION.TARGET_LINK_LAYER_ADDRESS, 'Target Link-Layer Address'],
  [NDP_OPTION.PREFIX_INFORMATION, 'Prefix Information'],
  [NDP_OPTION.REDIRECTED_HEADER, 'Redirected Header'],
  [NDP_OPTION.MTU, 'MTU'],
  [NDP_OPTION.ROUTE_INFORMATION, 'Route Information'],
]);

export interface PrefixInformation {
  readonly prefix: Ipv6Address;
  readonly prefixLength: number;
  readonly onLink: boolean;
  readonly autonomous: boolean;
  readonly validLifetimeSeconds: number;
  readonly preferredLifetimeSeconds: number;
}

/** One option; `body` is everything after type and length. The named fields are there if the type has them. */
export interface NdpOption {
  readonly type: number;
  /** As on the wire: in units of 8 bytes, type and length included. */
  readonly length: number;
  readonly body: Uint8Array;
  /** Source and Target Link-Layer Address of Ethernet (RFC 2464 section 6). */
  readonly linkLayerAddress?: MacAddress;
  readonly mtu?: number;
  readonly prefixInformation?: PrefixInformation;
}

/** The name of an option type, or `option` and its number. */
export function ndpOptionName(type: number): string {
  return NAMES.get(type) ?? `option ${type}`;
}

/**
 * The options in bytes[at, end). Reading ends at the first that is broken, with the reason in `problem`:
 * a length of zero (RFC 4861 section 4.6: discard the packet) or one that runs over the end.
 */
export function readNdpOptions(
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly options: readonly NdpOption[]; readonly problem?: string } {
  const options: NdpOption[] = [];
  const limit = Math.min(end, bytes.length);
  let offset = at;
  while (offset < limit) {
    if (offset + 2 > limit) return { options, problem: 'an ND option is cut off' };
    const length = readUint8(bytes, offset + 1);
    if (length === 0) return { options, problem: 'an ND option has length zero' };
    if (offset + length * 8 > limit) return { options, problem: 'an ND option runs over the end of the message' };
    options.push(readOption(bytes, offset, length));
    offset += length * 8;
  }
  return { options };
}

function readOption(bytes: Uint8Array, at: number, length: number): NdpOption {
  const type = readUint8(bytes, at);
  const option = { type, length, body: copyRange(bytes, at + 2, at + length * 8) };
  const isLinkLayer = type === NDP_OPTION.SOURCE_LINK_LAYER_ADDRESS || type === NDP_OPTION.TARGET_LINK_LAYER_ADDRESS;
  if (isLinkLayer && length === 1) return { ...option, linkLayerAddress: MacAddress.fromBytes(bytes, at + 2) };
  if (type === NDP_OPTION.MTU && length === 1) return { ...option, mtu: readUint32(bytes, at + 4) };
  if (type !== NDP_OPTION.PREFIX_INFORMATION || length !== 4) return option;
  const flags = readUint8(bytes, at + 3);
  return {
    ...option,
    prefixInformation: {
      prefix: Ipv6Address.fromBytes(bytes, at + 16),
      prefixLength: readUint8(bytes, at + 2),
      onLink: (flags & 0x80) !== 0,
      autonomous: (flags & 0x40) !== 0,
      validLifetimeSeconds: readUint32(bytes, at + 4),
      preferredLifetimeSeconds: readUint32(bytes, at + 8),
    },
  };
}

/**
 * Bytes of an option with any body, padded with zeros to a multiple of eight; `length` is sent as it is if set,
 * so that broken options can be built.
 */
export function ndpOption(type: number, body: Uint8Array, length?: number): Uint8Array {
  const units = Math.ceil((body.length + 2) / 8);
  const bytes = new Uint8Array(units * 8);
  bytes[0] = type;
  bytes[1] = length ?? units;
  bytes.set(body, 2);
  return bytes;
}

export function sourceLinkLayerAddressOption(address: MacAddress): Uint8Array {
  return ndpOption(NDP_OPTION.SOURCE_LINK_LAYER_ADDRESS, address.bytes);
}

export function targetLinkLayerAddressOption(address: MacAddress): Uint8Array {
  return ndpOption(NDP_OPTION.TARGET_LINK_LAYER_ADDRESS, address.bytes);
}

/** MTU option (RFC 4861 section 4.6.4). */
export function mtuOption(mtu: number): Uint8Array {
  const body = new Uint8Array(6);
  writeUint32(body, 2, mtu);
  return ndpOption(NDP_OPTION.MTU, body);
}

/** Prefix Information option (RFC 4861 section 4.6.2). */
export function prefixInformationOption(information: PrefixInformation): Uint8Array {
  const body = new Uint8Array(30);
  body[0] = information.prefixLength;
  body[1] = (information.onLink ? 0x80 : 0) | (information.autonomous ? 0x40 : 0);
  writeUint32(body, 2, information.validLifetimeSeconds);
  writeUint32(body, 6, information.preferredLifetimeSeconds);
  body.set(information.prefix.bytes, 14);
  return ndpOption(NDP_OPTION.PREFIX_INFORMATION, body);
}

export interface RouteInformation {
  readonly prefix: Ipv6Prefix;
  /** 1 high, 0 medium, -1 low; medium unless given. */
  readonly preference?: 1 | 0 | -1;
  /** 0 takes the route back. */
  readonly routeLifetimeSeconds: number;
}

/** Route Information option (RFC 4191 section 2.3), with as much of the prefix as its length needs. */
export function routeInformationOption({ prefix, preference = 0, routeLifetimeSeconds }: RouteInformation): Uint8Array {
  const body = new Uint8Array(6 + Math.ceil(prefix.length / 64) * 8);
  body[0] = prefix.length;
  body[1] = (preference & 0b11) << 3;
  writeUint32(body, 2, routeLifetimeSeconds);
  body.set(prefix.address.bytes.subarray(0, body.length - 6), 6);
  return ndpOption(NDP_OPTION.ROUTE_INFORMATION, body);
}
