/**
 * Neighbor Discovery messages (RFC 4861 section 4) behind the ICMPv6 header of icmpv6.ts.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |          Checksum             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |R|S|O|  Reserved (flags only in Neighbor Advertisements)       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Target Address (128 bits), then for Redirect the Destination |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Options ...
 *
 * Router Advertisement from byte 4 on:
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Cur Hop Limit |M|O|  Reserved |       Router Lifetime         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                         Reachable Time                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                          Retrans Timer                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Options ...
 * ```
 */
import { Ipv6Address } from '../address/index.ts';
import { readUint16, readUint32, readUint8 } from './bytes.ts';
import { icmpv6Type } from './icmpv6.ts';
import { ICMPV6_TYPE } from './icmpv6-types.ts';
import { readNdpOptions, type NdpOption } from './ndp-options.ts';

/** Offsets in bytes from the start of the ICMPv6 message. */
export const NDP = {
  FLAGS: 4,
  TARGET: 8,
  /** Redirect only. */
  REDIRECT_DESTINATION: 24,
  ROUTER_SOLICITATION_OPTIONS: 8,
  NEIGHBOR_OPTIONS: 24,
  REDIRECT_OPTIONS: 40,
  CURRENT_HOP_LIMIT: 4,
  ROUTER_FLAGS: 5,
  ROUTER_LIFETIME: 6,
  REACHABLE_TIME: 8,
  RETRANS_TIMER: 12,
  ROUTER_ADVERTISEMENT_OPTIONS: 16,
} as const;

/** Flags of a Neighbor Advertisement, in the 32-bit word at FLAGS (RFC 4861 section 4.4). */
export const NEIGHBOR_FLAG = { ROUTER: 0x80000000, SOLICITED: 0x40000000, OVERRIDE: 0x20000000 } as const;

/** Flags of a Router Advertisement, in the byte at ROUTER_FLAGS (RFC 4861 section 4.2). */
export const ROUTER_FLAG = { MANAGED: 0x80, OTHER: 0x40 } as const;

/** Every ND message is sent and accepted with this Hop Limit only (RFC 4861 section 11.2). */
export const NDP_HOP_LIMIT = 255;

export interface RouterSolicitation {
  readonly kind: 'router-solicitation';
  readonly options: readonly NdpOption[];
}

export interface RouterAdvertisement {
  readonly kind: 'router-advertisement';
  readonly currentHopLimit: number;
  readonly managed: boolean;
  readonly other: boolean;
  readonly routerLifetimeSeconds: number;
  readonly reachableTimeMs: number;
  readonly retransTimerMs: number;
  readonly options: readonly NdpOption[];
}

export interface NeighborSolicitation {
  readonly kind: 'neighbor-solicitation';
  readonly target: Ipv6Address;
  readonly options: readonly NdpOption[];
}

export interface NeighborAdvertisement {
  readonly kind: 'neighbor-advertisement';
  readonly router: boolean;
  readonly solicited: boolean;
  readonly override: boolean;
  readonly target: Ipv6Address;
  readonly options: readonly NdpOption[];
}

export interface Redirect {
  readonly kind: 'redirect';
  readonly target: Ipv6Address;
  readonly destination: Ipv6Address;
  readonly options: readonly NdpOption[];
}

export type NdpMessage =
  RouterSolicitation | RouterAdvertisement | NeighborSolicitation | NeighborAdvertisement | Redirect;

const FIXED_LENGTH: ReadonlyMap<number, number> = new Map<number, number>([
  [ICMPV6_TYPE.ROUTER_SOLICITATION, NDP.ROUTER_SOLICITATION_OPTIONS],
  [ICMPV6_TYPE.ROUTER_ADVERTISEMENT, NDP.ROUTER_ADVERTISEMENT_OPTIONS],
  [ICMPV6_TYPE.NEIGHBOR_SOLICITATION, NDP.NEIGHBOR_OPTIONS],
  [ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT, NDP.NEIGHBOR_OPTIONS],
  [ICMPV6_TYPE.REDIRECT, NDP.REDIRECT_OPTIONS],
]);

/** Bytes before the options of an ND message, or undefined if the ICMPv6 type is none. */
export function ndpFixedLengthBytes(icmpv6MessageType: number): number | undefined {
  return FIXED_LENGTH.get(icmpv6MessageType);
}

/** Whether the target of the solicitation or advertisement at `at` can be read in place at `at + NDP.TARGET`. */
export function ndpHasTarget(bytes: Uint8Array, at: number): boolean {
  const type = icmpv6Type(bytes, at);
  return type >= ICMPV6_TYPE.NEIGHBOR_SOLICITATION && type <= ICMPV6_TYPE.REDIRECT;
}

/** The target as a value; allocates. Compare in place with `equalRange` at `at + NDP.TARGET`. */
export function ndpTarget(bytes: Uint8Array, at: number): Ipv6Address {
  return Ipv6Address.fromBytes(bytes, at + NDP.TARGET);
}

/** The ND message in bytes[at, end), or undefined if it is none or too short for its fixed part. */
export function readNdpMessage(bytes: Uint8Array, at: number, end: number): NdpMessage | undefined {
  const type = icmpv6Type(bytes, at);
  const fixedLengthBytes = ndpFixedLengthBytes(type);
  if (fixedLengthBytes === undefined || at + fixedLengthBytes > Math.min(end, bytes.length)) return undefined;
  const { options } = readNdpOptions(bytes, at + fixedLengthBytes, end);
  switch (type) {
    case ICMPV6_TYPE.ROUTER_SOLICITATION:
      return { kind: 'router-solicitation', options };
    case ICMPV6_TYPE.ROUTER_ADVERTISEMENT:
      return readRouterAdvertisement(bytes, at, options);
    case ICMPV6_TYPE.NEIGHBOR_SOLICITATION:
      return { kind: 'neighbor-solicitation', target: ndpTarget(bytes, at), options };
    case ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT:
      return readNeighborAdvertisement(bytes, at, options);
    default:
      return {
        kind: 'redirect',
        target: ndpTarget(bytes, at),
        destination: Ipv6Address.fromBytes(bytes, at + NDP.REDIRECT_DESTINATION),
        options,
      };
  }
}

function readRouterAdvertisement(bytes: Uint8Array, at: number, options: readonly NdpOption[]): RouterAdvertisement {
  const flags = readUint8(bytes, at + NDP.ROUTER_FLAGS);
  return {
    kind: 'router-advertisement',
    currentHopLimit: readUint8(bytes, at + NDP.CURRENT_HOP_LIMIT),
    managed: (flags & ROUTER_FLAG.MANAGED) !== 0,
    other: (flags & ROUTER_FLAG.OTHER) !== 0,
    routerLifetimeSeconds: readUint16(bytes, at + NDP.ROUTER_LIFETIME),
    reachableTimeMs: readUint32(bytes, at + NDP.REACHABLE_TIME),
    retransTimerMs: readUint32(bytes, at + NDP.RETRANS_TIMER),
    options,
  };
}

function readNeighborAdvertisement(
  bytes: Uint8Array,
  at: number,
  options: readonly NdpOption[],
): NeighborAdvertisement {
  const flags = readUint32(bytes, at + NDP.FLAGS);
  return {
    kind: 'neighbor-advertisement',
    router: (flags & NEIGHBOR_FLAG.ROUTER) !== 0,
    solicited: (flags & NEIGHBOR_FLAG.SOLICITED) !== 0,
    override: (flags & NEIGHBOR_FLAG.OVERRIDE) !== 0,
    target: ndpTarget(bytes, at),
    options,
  };
}
