/** The outer IP header of a tunnel stimulus. */
import type { Ipv4Address } from '../address/ipv4-address.ts';
import { outerIpv6Of, type Lab } from '../lab/index.ts';
import type { Ipv4Header } from '../packet/ipv4.ts';
import { IPV6 } from '../packet/ipv6.ts';
import type { Layer } from '../packet/layer.ts';
import { ipv4 } from '../packet/layers/ipv4.ts';
import { ipv6 } from '../packet/layers/ipv6.ts';
import { destinationOptions } from '../packet/layers/ipv6-extension.ts';
import type { TunnelStimulusFields } from './context.ts';

const LIMIT_OPTION = 4;

export const outerLayers = (lab: Lab, from: Ipv4Address, fields: TunnelStimulusFields): Layer[] => {
  const to = fields.to ?? lab.n1.ipv4;
  if (lab.profile.switches.outerFamily === 'ipv4')
    return [ipv4({ source: from, destination: to, ttl: 64, dontFragment: false, ...fields.outer })];
  const { source = from, destination = to, tos, ttl, protocol, version, totalLength, ...rest } = fields.outer ?? {};
  refuseIpv4Only(rest);
  return [
    ipv6({
      source: outerIpv6Of(source),
      destination: outerIpv6Of(destination),
      hopLimit: ttl ?? 64,
      ...(tos === undefined ? {} : { trafficClass: tos }),
      ...(protocol === undefined ? {} : { nextHeader: protocol }),
      ...(version === undefined ? {} : { version }),
      ...(totalLength === undefined ? {} : { payloadLength: Math.max(0, totalLength - IPV6.HEADER_LENGTH) }),
      ...fields.outerIpv6,
    }),
    ...(fields.outerExtensions ?? limitOption(lab)),
  ];
};

/** Nodes of one overlay are configured alike, so what comes from another one carries the limit as well (RFC 2473 section 4.1.1). */
const limitOption = ({ profile: { switches } }: Lab): Layer[] =>
  switches.encapLimit === 'off'
    ? []
    : [destinationOptions({ options: Uint8Array.of(LIMIT_OPTION, 1, Number(switches.encapLimit)) })];

/** DF is as if set, and a packet has an Identification once it is fragmented (see fragmentOf). */
const IRRELEVANT: ReadonlySet<string> = new Set(['dontFragment', 'identification']);

/** A case that speaks of what an IPv6 header has not would prove nothing with something else in its place. */
const refuseIpv4Only = (fields: Partial<Ipv4Header>): void => {
  const [name] = Object.entries(fields).find(([key, value]) => !IRRELEVANT.has(key) && value !== undefined) ?? [];
  if (name !== undefined) throw new TypeError(`Expected fields that an outer IPv6 header has, found ${name}`);
};
