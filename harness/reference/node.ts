import type { PortName } from '../wire/wire.ts';
import type { Accounts } from './accounting.ts';
import type { Behaviour } from './behaviour.ts';
import type { ReferenceClock } from './clock.ts';
import type { NodeConfig } from './config.ts';
import type { Icmpv6Error } from './ipv6/icmpv6-error.ts';
import type { OwnReassembly } from './ipv6/own-reassembly.ts';
import type { ErrorLimit } from './ipv6/rate-limit.ts';
import type { IdentificationTable } from './ipv4/identification.ts';
import type { Reassembly } from './ipv4/reassembly.ts';
import type { NeighbourTable } from './link/neighbour-table.ts';
import type { PeerReachability } from './link/peer-reachability.ts';
import type { PathMtuTable } from './tunnel/path-mtu.ts';

/** What the outer headers of a decapsulated packet said. */
export interface OuterSummary {
  readonly port: PortName;
  readonly source: number;
  /** The address of the node that the packet was taken in for. */
  readonly destination: number;
  /** The addresses of an outer IPv6 header; the numbers above are then 0. */
  readonly ipv6?: { readonly source: Uint8Array; readonly destination: Uint8Array };
  readonly tos: number;
  readonly ttl: number;
  readonly framing: NodeConfig['encapsulation']['kind'];
}

/** Where an IPv6 packet came from. */
export type Arrival =
  { readonly via: 'pods' } | { readonly via: 'tunnel'; readonly outer: OuterSummary } | { readonly via: 'self' };

/** The link on which a packet arrived or on which its answer leaves. */
export type Link = 'pods' | 'tunnel';

/**
 * Ways from one part of the node to another. They are slots, not imports, because the parts call each other in a circle:
 * forwarding encapsulates, encapsulation reports errors, errors are forwarded.
 */
export interface Paths {
  receiveIpv4(port: PortName, packet: Uint8Array): void;
  receiveIpv6(packet: Uint8Array, arrival: Arrival): void;
  /** Sends a packet that the node made itself; `link` decides for link-local destinations and limits errors to the way back. */
  originate(packet: Uint8Array, link: Link, requireLink: boolean): void;
  encapsulate(packet: Uint8Array, original: Uint8Array, arrival: Arrival, toRelay: boolean): void;
  decapsulate(payload: Uint8Array, outer: OuterSummary, datagram: Uint8Array): void;
  /** Returns false when there is no route. `failed` is called when the next hop does not answer. */
  sendIpv4(packet: Uint8Array, failed: () => void): boolean;
  deliverToPods(packet: Uint8Array, nextHop: Uint8Array, failed: () => void): void;
  reportError(error: Icmpv6Error, offending: Uint8Array, arrival: Arrival): void;
  /** ICMPv4 Destination Unreachable of the given code about a datagram that was addressed to the node. */
  refuseIpv4(code: number, datagram: Uint8Array): void;
}

/** One running node: its configuration, its decisions, its state. */
export interface ReferenceNode {
  readonly config: NodeConfig;
  readonly behaviour: Behaviour;
  readonly clock: ReferenceClock;
  readonly arp: NeighbourTable<number>;
  readonly neighbours: NeighbourTable<string>;
  /** IPv6 neighbours on the underlay, and fragments from them: only for a tunnel with an outer IPv6 header. */
  readonly underlayNeighbours: NeighbourTable<string>;
  readonly underlayReassembly: OwnReassembly;
  readonly pathMtus: PathMtuTable;
  readonly identifications: IdentificationTable;
  readonly reassembly: Reassembly;
  readonly ownReassembly: OwnReassembly;
  readonly errorBudget: ErrorLimit;
  /** Whether the other end of a configured tunnel is still there. */
  readonly peer: PeerReachability;
  readonly accounts: Accounts;
  /** The same node as the end of its second tunnel: configuration apart, everything is shared. */
  readonly second: ReferenceNode | undefined;
  readonly paths: Paths;
  transmit(port: PortName, frame: Uint8Array): void;
}
