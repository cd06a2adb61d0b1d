/** The reference: a complete overlay node, driven by a TargetSetup. */
import { isProto41Error } from '../errors.ts';
import { readUint16 } from '../packet/bytes.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import type { TargetSetup } from '../target/setup.ts';
import type { PortName } from '../wire/wire.ts';
import type { Behaviour } from './behaviour.ts';
import { CORRECT } from './behaviour.ts';
import type { ReferenceClock } from './clock.ts';
import type { NodeConfig } from './config.ts';
import { parseConfig } from './config.ts';
import { faultByName } from './faults/index.ts';
import { sendIcmpv4Error } from './ipv4/icmp.ts';
import { IdentificationTable } from './ipv4/identification.ts';
import { receiveIpv4 } from './ipv4/input.ts';
import { sendIpv4 } from './ipv4/output.ts';
import { Reassembly } from './ipv4/reassembly.ts';
import { reportError } from './ipv6/icmpv6-error.ts';
import { receiveFromPods, receiveIpv6 } from './ipv6/input.ts';
import { deliverToPods, originate } from './ipv6/output.ts';
import { OwnReassembly } from './ipv6/own-reassembly.ts';
import { ErrorBudget } from './ipv6/rate-limit.ts';
import { receiveArp, solicitArp } from './link/arp.ts';
import { ETHERNET_HEADER_BYTES } from './link/ethernet.ts';
import { NeighbourTable } from './link/neighbour-table.ts';
import { solicitNeighbour } from './link/neighbour-discovery.ts';
import type { ReferenceNode } from './node.ts';
import { decapsulate } from './tunnel/decapsulate.ts';
import { encapsulate } from './tunnel/encapsulate.ts';
import { PathMtuTable } from './tunnel/path-mtu.ts';

export interface ReferenceOptions {
  readonly setup: TargetSetup;
  /** Names of faults that are switched on, applied in this order. */
  readonly faults?: readonly string[];
  readonly clock: ReferenceClock;
  /** Called with every frame that the node sends. */
  readonly emit: (port: PortName, frame: Uint8Array) => void;
  /** Where the identification counters start. */
  readonly seed?: number;
}

export interface Reference {
  /** Takes one Ethernet frame, without FCS. */
  receive(port: PortName, frame: Uint8Array): void;
  /** Calls off all timers; frames after this are ignored. */
  stop(): void;
}

export type ReferenceOutcome =
  { readonly kind: 'ready'; readonly reference: Reference } | { readonly kind: 'unsupported'; readonly reason: string };

/** Throws UnknownFaultError for an unknown fault. A set-up that the node cannot do is an outcome, not an error. */
export const createReference = (options: ReferenceOptions): ReferenceOutcome => {
  let behaviour = CORRECT;
  for (const name of options.faults ?? []) behaviour = faultByName(name).apply(behaviour);
  const config = readConfig(options.setup);
  if (typeof config === 'string') return { kind: 'unsupported', reason: config };
  for (const check of behaviour.start) {
    const reason = check.refusal(config);
    if (reason !== undefined) return { kind: 'unsupported', reason };
  }
  return { kind: 'ready', reference: startNode(config, behaviour, options) };
};

/** Text that does not parse (host bits in a prefix, a mask of 33) is a configuration that the node refuses. */
const readConfig = (setup: TargetSetup): NodeConfig | string => {
  try {
    return parseConfig(setup);
  } catch (error) {
    if (isProto41Error(error) && error instanceof Error) return error.message;
    throw error;
  }
};

const startNode = (config: NodeConfig, behaviour: Behaviour, options: ReferenceOptions): Reference => {
  const { clock } = options;
  let running = true;
  const node: ReferenceNode = {
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
    pathMtus: new PathMtuTable(behaviour.pathMtu, clock),
    identifications: new IdentificationTable(options.seed ?? 1),
    reassembly: new Reassembly(behaviour.reassembly, clock, (fragment) => {
      sendIcmpv4Error(node, 11, 1, fragment);
    }),
    ownReassembly: new OwnReassembly(behaviour.ownReassembly, clock, (error, offending, arrival) => {
      reportError(node, error, offending, arrival);
    }),
    errorBudget: new ErrorBudget(behaviour.rateLimit, clock.nowMs()),
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
        encapsulate(node, inner, original, arrival, toRelay);
      },
      decapsulate: (payload, outer, datagram) => {
        decapsulate(node, payload, outer, datagram);
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
  return {
    receive: (port, frame) => {
      if (running) receiveFrame(node, port, frame);
    },
    stop: () => {
      running = false;
      node.arp.clear();
      node.neighbours.clear();
      node.reassembly.clear();
      node.ownReassembly.clear();
    },
  };
};

/** IPv6 on the pod link, IPv4 and ARP on the underlay; everything else is for nobody here. */
const receiveFrame = (node: ReferenceNode, port: PortName, frame: Uint8Array): void => {
  const own = node.config.ports.get(port);
  if (!own || frame.length < ETHERNET_HEADER_BYTES || !node.behaviour.link.accepts(own.mac, frame)) return;
  const payload = frame.subarray(ETHERNET_HEADER_BYTES);
  const etherType = readUint16(frame, 12);
  if (port === 'P') {
    if (etherType === ETHER_TYPE.IPV6) receiveFromPods(node, payload);
  } else if (etherType === ETHER_TYPE.ARP) receiveArp(node, port, payload);
  else if (etherType === ETHER_TYPE.IPV4 && node.behaviour.link.acceptsIpv4In(frame)) receiveIpv4(node, port, payload);
};
