import { Ipv4Address } from '../address/ipv4-address.ts';
import { Ipv4Prefix } from '../address/ipv4-prefix.ts';
import type { Mapping } from '../profile/index.ts';

/** The IPv4 side of the lab: one Ethernet segment with the DUT, its peers and two gateways, and networks behind them. */
export interface UnderlayPlan {
  readonly segment: Ipv4Prefix;
  readonly dut: Ipv4Address;
  /** A second address of the DUT on the same port, which must never become an outer source (N1b). */
  readonly dutSecondary: Ipv4Address;
  readonly n2: Ipv4Address;
  readonly n3: Ipv4Address;
  readonly relay: Ipv4Address;
  readonly gatewayA: Ipv4Address;
  readonly gatewayB: Ipv4Address;
  /** On the segment, but nobody has it: address resolution for it stays without an answer. */
  readonly unassigned: Ipv4Address;
  /** Reached through gateway A by the default route; in the IPv4 prefix of the overlay where that has room. */
  readonly behindA: Ipv4Prefix | undefined;
  /** Reached through gateway B by a route of its own. */
  readonly behindB: Ipv4Prefix | undefined;
  /** The DUT has an `unreachable` route for it. */
  readonly unroutable: Ipv4Prefix | undefined;
  /** The segment of the second underlay port, with the DUT's address on it and the gateway there. */
  readonly secondSegment: Ipv4Prefix;
  readonly dutOnSecondSegment: Ipv4Address;
  readonly secondGateway: Ipv4Address;
}

const address = (text: string): Ipv4Address => Ipv4Address.parse(text);
const prefix = (text: string): Ipv4Prefix => Ipv4Prefix.parse(text);

/** Documentation addresses (RFC 5737): public ones, as 6to4 and a configured tunnel need them. */
const PUBLIC_PLAN: UnderlayPlan = {
  segment: prefix('192.0.2.0/24'),
  dut: address('192.0.2.10'),
  dutSecondary: address('192.0.2.11'),
  n2: address('192.0.2.20'),
  n3: address('198.51.100.30'),
  relay: address('192.0.2.99'),
  gatewayA: address('192.0.2.251'),
  gatewayB: address('192.0.2.252'),
  unassigned: address('192.0.2.77'),
  behindA: prefix('198.51.100.0/24'),
  behindB: prefix('203.0.113.0/24'),
  unroutable: prefix('203.0.114.0/24'),
  secondSegment: prefix('203.0.115.0/24'),
  dutOnSecondSegment: address('203.0.115.1'),
  secondGateway: address('203.0.115.254'),
};

const preferredSegments = [prefix('10.0.0.0/24'), prefix('192.0.2.0/24')];

/** A plan inside the common IPv4 prefix of a 6rd domain: the nodes take the first addresses of its first (or preferred) /24. */
const planWithin = (common: Ipv4Prefix): UnderlayPlan => {
  const preferred = preferredSegments.find((candidate) => common.covers(candidate));
  const segment = preferred ?? Ipv4Prefix.of(common.address, 24);
  const host = (offset: number): Ipv4Address => segment.at(offset);
  // The networks next to the segment: the second, third, fourth and fifth /16 from its own, where the common prefix has that room.
  const neighbour = (step: number, length: number): Ipv4Prefix =>
    Ipv4Prefix.of(Ipv4Address.fromNumber((segment.address.toNumber() + step * 0x10000) >>> 0), length);
  const within = (candidate: Ipv4Prefix): Ipv4Prefix | undefined => (common.covers(candidate) ? candidate : undefined);
  const secondSegment = neighbour(4, 24);
  return {
    segment,
    dut: host(1),
    n2: host(2),
    n3: host(3),
    dutSecondary: host(4),
    relay: host(5),
    unassigned: host(77),
    gatewayA: host(251),
    gatewayB: host(252),
    behindA: within(neighbour(1, 16)),
    behindB: within(neighbour(2, 16)),
    unroutable: within(neighbour(3, 16)),
    secondSegment,
    dutOnSecondSegment: secondSegment.at(1),
    secondGateway: secondSegment.at(254),
  };
};

/** The addresses of the lab for a mapping, after the test bed of the catalogue. */
export const underlayPlan = (mapping: Mapping): UnderlayPlan =>
  mapping.kind === '6rd' ? planWithin(mapping.ipv4Prefix) : PUBLIC_PLAN;

/**
 * The plan for a DUT with another address than the planned one. Outside the segment it gets a segment of its own with both
 * gateways, behind which everybody else stays where he is. At the address of N2 the two change places.
 */
export const withDutAt = (plan: UnderlayPlan, dut: Ipv4Address): UnderlayPlan => {
  if (dut.equals(plan.n2)) return { ...plan, dut, n2: plan.dut };
  if (plan.segment.contains(dut)) return { ...plan, dut };
  const segment = Ipv4Prefix.of(dut, 24);
  const host = (offset: number): Ipv4Address => segment.at(offset);
  return {
    ...plan,
    segment,
    dut,
    dutSecondary: host(4),
    unassigned: host(77),
    gatewayA: host(251),
    gatewayB: host(252),
  };
};

/**
 * Remote end of a second configured tunnel, and a node to which there is never a tunnel. Nobody else speaks as these two, so that a node which
 * limits its ICMP errors to each receiver treats them alike.
 */
export const SECOND_REMOTE = address('198.51.100.130');
export const NO_REMOTE = address('198.51.100.131');

/** The plan of a second tunnel of the same nodes. Two configured tunnels on one address need two remote ends. */
export const withSecondTunnel = (plan: UnderlayPlan, first: Mapping, second: Mapping): UnderlayPlan =>
  first.kind === '6in4' && second.kind === '6in4' ? { ...plan, n2: SECOND_REMOTE } : plan;

/**
 * The plan with another prefix length of the segment. Gateways that fall out of it move to its end; of the two addresses of a
 * /31 (RFC 3021) the one that is not the DUT's is both gateways.
 */
export const withSegmentLength = (plan: UnderlayPlan, length: number): UnderlayPlan => {
  const segment = Ipv4Prefix.of(plan.dut, length);
  if (segment.contains(plan.gatewayA) && segment.contains(plan.gatewayB)) return { ...plan, segment };
  const [gatewayA, gatewayB = gatewayA] = hostsFromTheEnd(segment).filter((host) => !host.equals(plan.dut));
  if (gatewayA === undefined || gatewayB === undefined) return { ...plan, segment };
  // A second address that is a gateway now belongs to the gateway; the DUT then has none on the segment.
  const isTaken = [gatewayA, gatewayB].some((gateway) => gateway.equals(plan.dutSecondary));
  return { ...plan, segment, gatewayA, gatewayB, ...(isTaken ? { dutSecondary: plan.secondSegment.at(2) } : {}) };
};

/** The last few addresses of a segment that a host may have; both addresses of a /31. */
const hostsFromTheEnd = (segment: Ipv4Prefix): Ipv4Address[] => {
  const size = 2 ** (32 - segment.length);
  if (size === 2) return [segment.at(1), segment.at(0)];
  const last = size - 2;
  return [last, last - 1, last - 2].filter((offset) => offset > 0).map((offset) => segment.at(offset));
};
