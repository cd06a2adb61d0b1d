/** Builders of Neighbor Discovery messages; see ndp.ts and ndp-options.ts. */
import type { Ipv6Address } from '../../address/index.ts';
import { concat, writeUint32 } from '../bytes.ts';
import { ICMPV6_TYPE } from '../icmpv6-types.ts';
import { ipv6Bytes, unsigned, type Layer } from '../layer.ts';
import { NEIGHBOR_FLAG, ROUTER_FLAG } from '../ndp.ts';
import { icmpv6 } from './icmpv6.ts';

export interface NdpFields {
  readonly code?: number;
  readonly checksum?: number;
  /** Each as `ndpOption` and its siblings make them. */
  readonly options?: readonly Uint8Array[];
}

export interface RouterAdvertisementFields extends NdpFields {
  readonly currentHopLimit?: number;
  readonly managed?: boolean;
  readonly other?: boolean;
  readonly routerLifetimeSeconds?: number;
  readonly reachableTimeMs?: number;
  readonly retransTimerMs?: number;
}

export interface NeighborSolicitationFields extends NdpFields {
  readonly target?: Ipv6Address | string;
}

export interface NeighborAdvertisementFields extends NdpFields {
  readonly router?: boolean;
  readonly solicited?: boolean;
  readonly override?: boolean;
  readonly target?: Ipv6Address | string;
}

export interface RedirectFields extends NdpFields {
  readonly target?: Ipv6Address | string;
  readonly destination?: Ipv6Address | string;
}

/** RFC 4861 section 4.1. The IPv6 layer in front needs `hopLimit: 255`, as for all messages here. */
export function routerSolicitation({ options = [], ...rest }: NdpFields = {}): Layer {
  return icmpv6({ ...rest, type: ICMPV6_TYPE.ROUTER_SOLICITATION, body: concat(...options) });
}

/** RFC 4861 section 4.2. */
export function routerAdvertisement(fields: RouterAdvertisementFields = {}): Layer {
  const { currentHopLimit = 0, managed, other, routerLifetimeSeconds = 0, options = [] } = fields;
  const flags = (managed === true ? ROUTER_FLAG.MANAGED : 0) | (other === true ? ROUTER_FLAG.OTHER : 0);
  const timers = new Uint8Array(8);
  writeUint32(timers, 0, unsigned('reachableTimeMs', fields.reachableTimeMs ?? 0, 32));
  writeUint32(timers, 4, unsigned('retransTimerMs', fields.retransTimerMs ?? 0, 32));
  return icmpv6({
    ...codeAndChecksum(fields),
    type: ICMPV6_TYPE.ROUTER_ADVERTISEMENT,
    parameter:
      unsigned('currentHopLimit', currentHopLimit, 8) * 0x1000000 +
      flags * 0x10000 +
      unsigned('routerLifetimeSeconds', routerLifetimeSeconds, 16),
    body: concat(timers, ...options),
  });
}

/** RFC 4861 section 4.3. */
export function neighborSolicitation(fields: NeighborSolicitationFields = {}): Layer {
  const { target, options = [] } = fields;
  return icmpv6({
    ...codeAndChecksum(fields),
    type: ICMPV6_TYPE.NEIGHBOR_SOLICITATION,
    body: concat(ipv6Bytes(target), ...options),
  });
}

/** RFC 4861 section 4.4. */
export function neighborAdvertisement(fields: NeighborAdvertisementFields = {}): Layer {
  const { target, options = [] } = fields;
  return icmpv6({
    ...codeAndChecksum(fields),
    type: ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT,
    parameter:
      (fields.router === true ? NEIGHBOR_FLAG.ROUTER : 0) +
      (fields.solicited === true ? NEIGHBOR_FLAG.SOLICITED : 0) +
      (fields.override === true ? NEIGHBOR_FLAG.OVERRIDE : 0),
    body: concat(ipv6Bytes(target), ...options),
  });
}

/** RFC 4861 section 4.5. */
export function redirect(fields: RedirectFields = {}): Layer {
  const { target, destination, options = [] } = fields;
  return icmpv6({
    ...codeAndChecksum(fields),
    type: ICMPV6_TYPE.REDIRECT,
    body: concat(ipv6Bytes(target), ipv6Bytes(destination), ...options),
  });
}

function codeAndChecksum({ code, checksum }: NdpFields): { readonly code?: number; readonly checksum?: number } {
  return { ...(code === undefined ? {} : { code }), ...(checksum === undefined ? {} : { checksum }) };
}
