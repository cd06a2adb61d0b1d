/** The reference: a complete overlay node, driven by a TargetSetup. */
import { isProto41Error } from '../errors.ts';
import { copyOf } from '../packet/arena.ts';
import { readUint16 } from '../packet/bytes.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { IPV6 } from '../packet/ipv6.ts';
import type { TargetSetup } from '../target/setup.ts';
import type { TargetStats } from '../target/stats.ts';
import type { PortName } from '../wire/wire.ts';
import { Accounts } from './accounting.ts';
import type { Behaviour } from './behaviour.ts';
import { CORRECT } from './behaviour.ts';
import type { ReferenceClock } from './clock.ts';
import type { NodeConfig } from './config.ts';
import { fastPathOf } from './fast/index.ts';
import { faultByName } from './faults/index.ts';
import { sendIcmpv4Error } from './ipv4/icmp.ts';
import { IdentificationTable } from './ipv4/identification.ts';
import { receiveIpv4 } from './ipv4/input.ts';
import { sendIpv4 } from './ipv4/output.ts';
import { Reassembly, type ReassemblyLimits } from './ipv4/reassembly.ts';
import { reportError } from './ipv6/icmpv6-error.ts';
import { receiveFromPods, receiveIpv6 } from './ipv6/input.ts';
import { deliverToPods, originate } from './ipv6/output.ts';
import { OwnReassembly } from './ipv6/own-reassembly.ts';
import { ErrorBudget, type ErrorLimit } from './ipv6/rate-limit.ts';
import { receiveArp, solicitArp } from './link/arp.ts';
import { ETHERNET_HEADER_BYTES } from './link/ethernet.ts';
import { NeighbourTable } from './link/neighbour-table.ts';
import { PeerReachability, probePeer } from './link/peer-reachability.ts';
import { solicitNeighbour } from './link/neighbour-discovery.ts';
import type { ReferenceNode } from './node.ts';
import { encapsulateInIpv6 } from './outer-ipv6/encapsulate.ts';
import { receiveFromIpv6Underlay } from './outer-ipv6/input.ts';
import { solicitOnUnderlay } from './outer-ipv6/neighbours.ts';
import { decapsulate } from './tunnel/decapsulate.ts';
import { encapsulate } from './tunnel/encapsulate.ts';
import { parseTunnels, tunnelFrom, tunnelTo } from './tunnel/second.ts';
import { PathMtuTable } from './tunnel/path-mtu.ts';

export interface ReferenceOptions {
  readonly setup: TargetSetup;
  /** Decisions that are made otherwise, before any fault: where the standards leave a choice, another node may choose another way. */
  readonly variant?: (behaviour: Behaviour) => Behaviour;
  /** Names of faults that are switched on, applied in this order. */
  readonly faults?: readonly string[];
  readonly clock: ReferenceClock;
  /** Called with every frame that the node sends. */
  readonly emit: (port: PortName, frame: Uint8Array) => void;
  /**
   * Frames are handed over for good, in both directions, unless this says that they are lent: then one is good until `receive` or
   * `emit` returns, or until whoever it was emitted to hands the node another one.
   */
  readonly lendsFrames?: boolean;
  /** Whether ordinary packets may take the fast path, which does the same as the ordinary one; they may unless this says no. */
  readonly usesFastPath?: boolean;
  /** Where the identification counters start. */
  readonly seed?: number;
  /** Instead of the node's own, which begins with it. */
  readonly errorLimit?: ErrorLimit;
}

export interface Reference {
  /** Takes one Ethernet frame, without FCS. */
  receive(port: PortName, frame: Uint8Array): void;
  /** What it has counted, and the sizes of its tables. */
  stats(): TargetStats;
  /** Calls off all timers; frames after this are ignored. */
  stop(): void;
}

export type ReferenceOutcome =
  { readonly kind: 'ready'; readonly reference: Reference } | { readonly kind: 'unsupported'; readonly reason: string };

/** Throws UnknownFaultError for an unknown fault. A set-up that the node cannot do is an outcome, not an error. */
export const createReference = (options: ReferenceOptions): ReferenceOutcome => {
  let behaviour = options.variant?.(CORRECT) ?? CORRECT;
  for (const name of options.faults ?? []) behaviour = faultByName(name).apply(behaviour);
  const config = readConfig(options.setup);
  if (typeof config === 'string') return { kind: 'unsupported', reason: config };
  for (const tunnel of [config, config.second]) {
    const reason = tunnel && refusalOf(behaviour, tunnel);
    if (reason !== undefined) return { kind: 'unsupported', reason };
  }
  return { kind: 'ready', reference: startNode(config, behaviour, options) };
};

const refusalOf = ({ start }: Behaviour, config: NodeConfig): string | undefined =>
  start.map((check) => check.refusal(config)).find((reason) => reason !== undefined);

/** Text that does not parse (host bits in an IPv6 prefix, a mask of 33) is a configuration that the node refuses. */
const readConfig = (setup: TargetSetup): NodeConfig | string => {
  try {
    return parseTunnels(setup);
  } catch (error) {
    if (isProto41Error(error) && error instanceof Error) return error.message;
    throw error;
  }
};

const startNode = (config: NodeConfig, behaviour: Behaviour, options: ReferenceOptions): Reference => {
  const { clock } = options;
  let running = true;
  let second: ReferenceNode | undefined;
  const node: ReferenceNode = {
    get second() {
      return second;
    },
    config,
    behaviour,
    clock,
    arp: new NeighbourTable({
      clock,
      solicit: (target) => {
        solicitArp(node, target);
      },
    }),
    neighbours: new NeighbourTable({
      clock,
      solicit: (key) => {
        solicitNeighbour(
          node,
          Uint8Array.from(key, (character) => character.charCodeAt(0)),
        );
      },
    }),
    underlayNeighbours: new NeighbourTable({
      clock,
      solicit: (key) => {
        if (config.ipv6Underlay) solicitOnUnderlay(node, config.ipv6Underlay, key);
      },
    }),
    // The end of a tunnel says nothing of fragments that never made a packet (RFC 2473 section 8).
    underlayReassembly: new OwnReassembly(
      { ...behaviour.ownReassembly, mergedEcn: behaviour.reassembly.mergedEcn },
      clock,
      () => undefined,
    ),
    pathMtus: new PathMtuTable(behaviour.pathMtu, clock),
    identifications: new IdentificationTable(options.seed ?? 1),
    reassembly: new Reassembly(behaviour.reassembly, reassemblyLimits(config), clock, (fragment) => {
      sendIcmpv4Error(node, 11, 1, fragment);
    }),
    ownReassembly: new OwnReassembly(behaviour.ownReassembly, clock, (error, offending, arrival) => {
      reportError(node, error, offending, arrival);
    }),
    peer: new PeerReachability(clock, () => {
      probePeer(node);
    }),
    errorBudget: options.errorLimit ?? new ErrorBudget(behaviour.rateLimit, clock.nowMs()),
    accounts: new Accounts(behaviour.accounting, clock.nowMs()),
    paths: {
      receiveIpv4: (port, packet) => {
        receiveIpv4(node, port, packet);
      },
      receiveIpv6: (packet, arrival) => {
        receiveIpv6(node, packet, arrival);
      },
      originate: (packet, link, requireLink) => {
        originate(node, packet, link, requireLink);
      },
      encapsulate: (inner, original, arrival, toRelay) => {
        const underlay = config.ipv6Underlay;
        if (underlay) encapsulateInIpv6(node, underlay, inner, original, arrival);
        else encapsulate(tunnelTo(node, inner, IPV6.DESTINATION), inner, original, arrival, toRelay);
      },
      decapsulate: (payload, outer, datagram) => {
        decapsulate(tunnelFrom(node, payload, outer), payload, outer, datagram);
      },
      sendIpv4: (packet, failed) => sendIpv4(node, packet, failed),
      deliverToPods: (packet, nextHop, failed) => {
        deliverToPods(node, packet, nextHop, failed);
      },
      reportError: (error, offending, arrival) => {
        reportError(node, error, offending, arrival);
      },
      refuseIpv4: (code, datagram) => {
        sendIcmpv4Error(node, 3, code, datagram);
      },
    },
    transmit: (port, frame) => {
      if (running) options.emit(port, frame);
    },
  };
  if (config.second !== undefined) second = { ...node, config: config.second };
  const fast = options.usesFastPath === false ? undefined : fastPathOf(node, options.lendsFrames ?? false);
  return {
    receive: (port, frame) => {
      if (!running || fast?.(port, frame) === true) return;
      // The ordinary path keeps packets: those that wait for a neighbour, and fragments.
      receiveFrame(node, port, options.lendsFrames === true ? copyOf(frame) : frame);
    },
    stats: () => ({
      counters: { ...node.accounts.counters },
      entries: {
        tunnels: node.second === undefined ? 1 : 2,
        neighbours: node.arp.size + node.neighbours.size,
        pathMtus: node.pathMtus.size,
        reassemblies: node.reassembly.size,
      },
    }),
    stop: () => {
      running = false;
      node.peer.clear();
      node.arp.clear();
      node.neighbours.clear();
      node.underlayNeighbours.clear();
      node.underlayReassembly.clear();
      node.reassembly.clear();
      node.ownReassembly.clear();
    },
  };
};

const reassemblyLimits = ({ reassemblyLimitBytes, ports }: NodeConfig): ReassemblyLimits => ({
  askedBytes: reassemblyLimitBytes,
  interfaceMtuBytes: ports.get('U')?.mtuBytes ?? 0,
});

/** IPv6 on the pod link, IPv4 and ARP on the underlay, there also the IPv6 of a tunnel that has an IPv6 underlay; the rest is for nobody here. */
const receiveFrame = (node: ReferenceNode, port: PortName, frame: Uint8Array): void => {
  const own = node.config.ports.get(port);
  if (!own || frame.length < ETHERNET_HEADER_BYTES || !node.behaviour.link.accepts(own.mac, frame)) return;
  const payload = frame.subarray(ETHERNET_HEADER_BYTES);
  const etherType = readUint16(frame, 12);
  if (port === 'P') {
    if (etherType === ETHER_TYPE.IPV6) receiveFromPods(node, payload);
  } else if (etherType === ETHER_TYPE.ARP) receiveArp(node, port, payload);
  else if (etherType === ETHER_TYPE.IPV6) {
    const { ipv6Underlay } = node.config;
    if (ipv6Underlay) receiveFromIpv6Underlay(node, ipv6Underlay, port, payload);
  } else if (etherType === ETHER_TYPE.IPV4 && node.behaviour.link.acceptsIpv4In(frame))
    receiveIpv4(node, port, payload);
};
