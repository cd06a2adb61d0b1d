import { writeUint32 } from '../../packet/bytes.ts';
import type { Ipv4Route } from '../ipv4/route.ts';
import { fragmentForMtu } from '../ipv4/fragment.ts';
import type { Arrival, ReferenceNode } from '../node.ts';
import type { EgressCheck, EgressQuestion } from './egress-checks.ts';
import { egressChecks } from './egress-checks.ts';
import { buildOuter } from './outer-header.ts';
import type { MtuDecision, MtuQuestion } from './mtu.ts';
import type { Reaction } from './reaction.ts';
import { buildUdp } from './udp.ts';

export interface EncapsulationBehaviour {
  readonly checks: readonly EgressCheck[];
  /** The bytes that are carried: the inner packet, nothing added and nothing taken away. */
  carried(inner: Uint8Array, node: ReferenceNode, arrival: Arrival): Uint8Array;
  /** Called when a packet has passed the checks; returning false ends it. A stateless node keeps nothing and returns true. */
  admits(node: ReferenceNode, question: EgressQuestion): boolean;
}

export const encapsulation: EncapsulationBehaviour = {
  checks: egressChecks,
  carried: (inner) => inner,
  admits: () => true,
};

/** `inner` is the packet to be carried, `original` the same as it arrived, which errors quote. */
export const encapsulate = (
  node: ReferenceNode,
  inner: Uint8Array,
  original: Uint8Array,
  arrival: Arrival,
  toRelay: boolean,
): void => {
  const { behaviour, config } = node;
  const refuse = (reaction: Reaction): void => {
    const code = behaviour.forwarding.unreachableCode(reaction);
    if (code !== undefined) node.paths.reportError({ type: 1, code, parameter: 0 }, original, arrival);
  };
  const destination = behaviour.mapping.outerDestination(behaviour.mapping, config, inner, toRelay);
  const question = { node, inner, arrival, destination: destination ?? 0 };
  const failed = behaviour.encapsulation.checks.find((check) => {
    return (destination !== undefined || !ENDPOINT_CHECKS.has(check.name)) && check.violated(question);
  });
  if (failed) {
    refuse(failed.reaction);
    return;
  }
  if (destination === undefined) {
    refuse('address-unreachable');
    return;
  }
  const route = behaviour.ipv4.route(config, destination);
  if (!route) {
    refuse('address-unreachable');
    return;
  }
  if (!behaviour.encapsulation.admits(node, question)) return;
  const decision = decide(node, inner, original, arrival, destination, route);
  if (decision.kind === 'too-big') {
    node.paths.reportError({ type: 2, code: 0, parameter: decision.mtuBytes }, original, arrival);
  } else if (decision.kind === 'send') {
    const packet = wrap(node, behaviour.encapsulation.carried(inner, node, arrival), destination, route, decision);
    for (const piece of fragmentForMtu(behaviour.fragment, packet, decision.fragmentAboveBytes)) {
      node.paths.sendIpv4(piece, () => {
        refuse('address-unreachable');
      });
    }
  }
};

/** Checks of the endpoint say nothing about a packet that has none. */
const ENDPOINT_CHECKS: ReadonlySet<string> = new Set([
  'special-destination',
  'own-destination',
  'broadcast-destination',
]);

const decide = (
  node: ReferenceNode,
  inner: Uint8Array,
  original: Uint8Array,
  arrival: Arrival,
  destination: number,
  route: Ipv4Route,
): MtuDecision => {
  const portMtuBytes = node.config.ports.get(route.port)?.mtuBytes ?? 0;
  const pathMtuBytes = node.pathMtus.get(destination, portMtuBytes);
  const { config } = node;
  const question: MtuQuestion = { config, inner, original, arrival, destination, portMtuBytes, pathMtuBytes };
  return node.behaviour.mtu.decide(node.behaviour.mtu, question);
};

const wrap = (
  node: ReferenceNode,
  inner: Uint8Array,
  destination: number,
  route: Ipv4Route,
  decision: MtuDecision & { kind: 'send' },
): Uint8Array => {
  const { behaviour, config, identifications } = node;
  const context = { config, ecn: behaviour.ecn, inner, destination, route, identifications };
  if (config.encapsulation.kind === 'protocol-41') {
    return buildOuter(behaviour.outer, context, inner, decision.dontFragment);
  }
  const addresses = new Uint8Array(8);
  writeUint32(addresses, 0, behaviour.outer.source(context));
  writeUint32(addresses, 4, destination);
  const datagram = buildUdp(behaviour.udp, config, inner, addresses.subarray(0, 4), addresses.subarray(4));
  return buildOuter(behaviour.outer, context, datagram, decision.dontFragment);
};
