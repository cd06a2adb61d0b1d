import { writeUint32 } from '../../packet/bytes.ts';
import { inNet } from '../ipv4/net.ts';
import type { Ipv4Route } from '../ipv4/route.ts';
import { fragmentForMtu } from '../ipv4/fragment.ts';
import type { Arrival, ReferenceNode } from '../node.ts';
import type { EgressCheck, EgressQuestion } from './egress-checks.ts';
import { egressChecks, ENDPOINT_CHECKS } from './egress-checks.ts';
import { buildOuter } from './outer-header.ts';
import { decideByPath, type MtuDecision } from './mtu.ts';
import { framed } from './framing.ts';
import { refuse } from '../ipv6/unreachable.ts';

export interface EncapsulationBehaviour {
  readonly checks: readonly EgressCheck[];
  /** The bytes that are carried: the inner packet, nothing added and nothing taken away. */
  carried(inner: Uint8Array, node: ReferenceNode, arrival: Arrival): Uint8Array;
  /** What becomes of a packet whose tunnel leads into the tunnel (RFC 4213 section 3.2). */
  looped(node: ReferenceNode, inner: Uint8Array, destination: number): void;
  /** Called when a packet has passed the checks; returning false ends it. A stateless node keeps nothing and returns true. */
  admits(node: ReferenceNode, question: EgressQuestion): boolean;
}

export const encapsulation: EncapsulationBehaviour = {
  checks: egressChecks,
  carried: (inner) => inner,
  looped: (node) => {
    node.accounts.count('encapDropsLooped');
  },
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
  const destination = behaviour.mapping.outerDestination(behaviour.mapping, config, inner, toRelay);
  const question = { node, inner, arrival, destination: destination ?? 0 };
  const failed = behaviour.encapsulation.checks.find((check) => {
    return (destination !== undefined || !ENDPOINT_CHECKS.has(check.name)) && check.violated(question);
  });
  if (failed) {
    refuse(node, failed.reaction, original, arrival);
    return;
  }
  if (destination === undefined) {
    refuse(node, 'address-unreachable', original, arrival);
    return;
  }
  if (config.routesIntoTunnel.some((net) => inNet(net, destination))) {
    behaviour.encapsulation.looped(node, inner, destination);
    return;
  }
  const route = behaviour.ipv4.route(config, destination);
  if (!route) {
    refuse(node, 'address-unreachable', original, arrival);
    return;
  }
  if (!behaviour.encapsulation.admits(node, question)) return;
  const portMtuBytes = config.ports.get(route.port)?.mtuBytes ?? 0;
  const decision = decideByPath(node, { inner, original, arrival }, destination, portMtuBytes);
  if (decision.kind === 'too-big') {
    node.paths.reportError({ type: 2, code: 0, parameter: decision.mtuBytes }, original, arrival);
  } else if (decision.kind === 'send') {
    if (arrival.via !== 'self') node.peer.used();
    const packet = wrap(node, behaviour.encapsulation.carried(inner, node, arrival), destination, route, decision);
    for (const piece of fragmentForMtu(behaviour.fragment, packet, decision.fragmentAboveBytes)) {
      node.paths.sendIpv4(piece, () => {
        refuse(node, 'address-unreachable', original, arrival);
      });
    }
  }
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
  const addresses = new Uint8Array(8);
  writeUint32(addresses, 0, behaviour.outer.source(context));
  writeUint32(addresses, 4, destination);
  const payload = framed(node, inner, addresses.subarray(0, 4), addresses.subarray(4));
  return buildOuter(behaviour.outer, context, payload, decision.dontFragment);
};
