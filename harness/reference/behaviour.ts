import type { AccountingBehaviour } from './accounting.ts';
import { accounting } from './accounting.ts';
import type { EcnBehaviour } from './tunnel/ecn.ts';
import { ecn } from './tunnel/ecn.ts';
import type { FragmentBehaviour } from './ipv4/fragment.ts';
import { fragment } from './ipv4/fragment.ts';
import type { Ipv4Behaviour } from './ipv4/input.ts';
import { ipv4 } from './ipv4/input.ts';
import type { ReassemblyBehaviour } from './ipv4/reassembly-behaviour.ts';
import { reassembly } from './ipv4/reassembly-behaviour.ts';
import type { SanityBehaviour } from './ipv4/special.ts';
import { sanity } from './ipv4/special.ts';
import type { ForwardingBehaviour } from './ipv6/forwarding.ts';
import { forwarding } from './ipv6/forwarding.ts';
import type { Icmpv6Behaviour } from './ipv6/icmpv6-error.ts';
import { icmpv6 } from './ipv6/icmpv6-error.ts';
import type { LocalBehaviour } from './ipv6/local.ts';
import { local } from './ipv6/local.ts';
import type { OwnReassemblyBehaviour } from './ipv6/own-reassembly.ts';
import { ownReassembly } from './ipv6/own-reassembly.ts';
import type { RateLimitBehaviour } from './ipv6/rate-limit.ts';
import { rateLimit } from './ipv6/rate-limit.ts';
import type { LinkBehaviour } from './link/ethernet.ts';
import { link } from './link/ethernet.ts';
import type { AdvertisementBehaviour } from './link/router-advertisement.ts';
import { advertisement } from './link/router-advertisement.ts';
import type { NeighbourBehaviour } from './link/neighbour-discovery.ts';
import { neighbour } from './link/neighbour-discovery.ts';
import type { OuterIpv6Behaviour } from './outer-ipv6/encapsulate.ts';
import { outerIpv6 } from './outer-ipv6/encapsulate.ts';
import type { LimitBehaviour } from './outer-ipv6/limit.ts';
import { limit } from './outer-ipv6/limit.ts';
import type { StartCheck } from './start.ts';
import { startChecks } from './start.ts';
import type { DecapBehaviour } from './tunnel/decapsulate.ts';
import { decap } from './tunnel/decapsulate.ts';
import type { EncapsulationBehaviour } from './tunnel/encapsulate.ts';
import { encapsulation } from './tunnel/encapsulate.ts';
import type { GreBehaviour } from './tunnel/gre.ts';
import { gre } from './tunnel/gre.ts';
import type { GueBehaviour } from './tunnel/gue.ts';
import { gue } from './tunnel/gue.ts';
import type { Icmpv4ErrorBehaviour } from './tunnel/icmpv4-errors.ts';
import { icmpv4Errors } from './tunnel/icmpv4-errors.ts';
import type { MappingBehaviour } from './tunnel/mapping.ts';
import { mapping } from './tunnel/mapping.ts';
import type { MtuBehaviour } from './tunnel/mtu.ts';
import { mtu } from './tunnel/mtu.ts';
import type { OuterBehaviour } from './tunnel/outer-header.ts';
import { outer } from './tunnel/outer-header.ts';
import type { PathMtuBehaviour } from './tunnel/path-mtu.ts';
import { pathMtu } from './tunnel/path-mtu.ts';
import type { TunnelChoiceBehaviour } from './tunnel/second.ts';
import { tunnelChoice } from './tunnel/second.ts';
import type { UdpBehaviour } from './tunnel/udp.ts';
import { udp } from './tunnel/udp.ts';

/** Every decision of the node, by area. A fault is a function from one such object to another. */
export interface Behaviour {
  readonly start: readonly StartCheck[];
  readonly link: LinkBehaviour;
  readonly neighbour: NeighbourBehaviour;
  readonly advertisement: AdvertisementBehaviour;
  readonly sanity: SanityBehaviour;
  readonly ipv4: Ipv4Behaviour;
  readonly fragment: FragmentBehaviour;
  readonly reassembly: ReassemblyBehaviour;
  readonly mapping: MappingBehaviour;
  readonly encapsulation: EncapsulationBehaviour;
  readonly outer: OuterBehaviour;
  readonly outerIpv6: OuterIpv6Behaviour;
  readonly limit: LimitBehaviour;
  readonly udp: UdpBehaviour;
  readonly gue: GueBehaviour;
  readonly gre: GreBehaviour;
  readonly ecn: EcnBehaviour;
  readonly mtu: MtuBehaviour;
  readonly pathMtu: PathMtuBehaviour;
  readonly icmpv4Errors: Icmpv4ErrorBehaviour;
  readonly decap: DecapBehaviour;
  readonly forwarding: ForwardingBehaviour;
  readonly local: LocalBehaviour;
  readonly icmpv6: Icmpv6Behaviour;
  readonly ownReassembly: OwnReassemblyBehaviour;
  readonly rateLimit: RateLimitBehaviour;
  readonly accounting: AccountingBehaviour;
  readonly tunnelChoice: TunnelChoiceBehaviour;
}

/** What the standards demand. */
export const CORRECT: Behaviour = {
  start: startChecks,
  link,
  neighbour,
  advertisement,
  sanity,
  ipv4,
  fragment,
  reassembly,
  mapping,
  encapsulation,
  outer,
  outerIpv6,
  limit,
  udp,
  gue,
  gre,
  ecn,
  mtu,
  pathMtu,
  icmpv4Errors,
  decap,
  forwarding,
  local,
  icmpv6,
  ownReassembly,
  rateLimit,
  accounting,
  tunnelChoice,
};
