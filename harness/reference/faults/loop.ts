import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { buildIpv4 } from '../ipv4/header.ts';
import { isOwnAddress } from '../ipv4/special.ts';
import { rerouting, withoutDecap, withoutEgress } from './common.ts';
import { returnToSender } from './return-to-sender.ts';
import type { Change, Fault } from './fault.ts';
import { exempting, faultsOf, inArea, together } from './fault.ts';

/** Own addresses have a link-layer address after all: that of everybody. */
const reachingItself: Change = inArea('ipv4', (is) => ({
  resolve: (node, nextHop, deliver, failed) => {
    if (isOwnAddress(node.config, nextHop)) deliver(new Uint8Array(6).fill(0xff));
    else is.resolve(node, nextHop, deliver, failed);
  },
}));

const withoutNullRoute: Change = rerouting((route) => (route.kind === 'own-prefix' ? { kind: 'tunnel' } : route));

const TO_THE_TUNNEL: Change = together(
  withoutNullRoute,
  withoutEgress('own-destination', 'source-pair', 'pod-source'),
  reachingItself,
);

/** What keeps a packet from going from one tunnel into another. */
const LOOP_CHECKS: ReadonlySet<string> = new Set(['foreign-destination', 'own-prefix-only']);

/** Beside a second tunnel, what comes out of one tunnel goes into the other, also when that one ends at the node itself. */
const fedBySecondTunnel: Change = together(
  inArea('decap', (is) => ({
    checks: is.checks.map((check) => ({
      ...check,
      violated: (question) => !(question.node.config.beside && LOOP_CHECKS.has(check.name)) && check.violated(question),
    })),
  })),
  inArea('forwarding', () => ({ mayReturn: () => true })),
  withoutEgress('own-destination'),
  reachingItself,
);

const RECURSION_SHOWN = 8;

export const loopFaults: readonly Fault[] = [
  ...faultsOf('loop.br-self-probe', {
    'br-role-confusion': inArea('forwarding', () => ({ mayReturn: (config) => config.mapping.kind === '6in4' })),
  }),
  ...faultsOf('loop.finite', { 'loop-ttl-refreshed': inArea('forwarding', () => ({ lowered: () => 64 })) }),
  ...faultsOf('loop.foreign-prefix-decap', {
    'two-tunnel-loop': withoutDecap(...LOOP_CHECKS),
    'second-tunnel-sends-to-itself': fedBySecondTunnel,
  }),
  ...faultsOf('loop.foreign-prefix-encap', {
    'foreign-self-source-encapsulated': withoutEgress('foreign-source', 'pod-source'),
  }),
  ...faultsOf('loop.no-hairpin', {
    'tunnel-hairpin': together(
      withoutDecap('own-prefix-only'),
      inArea('forwarding', () => ({ mayReturn: () => true })),
      // The default route that points back into the tunnel, where no relay is configured: to the peer it came from.
      inArea('forwarding', (is) => ({
        isLocal: (node, packet, arrival) => {
          const local = is.isLocal(node, packet, arrival);
          if (local || arrival.via !== 'tunnel') return local;
          const route = is.route(node.behaviour.mapping, node.config, packet);
          if (route.kind === 'none') returnToSender(node, packet, arrival.outer.source);
          return false;
        },
      })),
    ),
  }),
  ...faultsOf('loop.own-ipv4-destination', { 'encap-to-self': TO_THE_TUNNEL }),
  ...faultsOf('loop.p2p-return', { 'p2p-ping-pong': inArea('forwarding', () => ({ returnsToLink: true })) }),
  ...faultsOf('loop.recursive-route', {
    'recursion-uncounted': inArea('encapsulation', () => ({ looped: () => undefined })),
    // Without end, but for the patience of whoever looks at it.
    'encap-recursion': inArea('encapsulation', () => ({
      looped: (node, inner, destination) => {
        const source = node.config.tunnelAddress;
        let packet = inner;
        for (let depth = 0; depth < RECURSION_SHOWN; depth += 1) {
          const protocol = depth === 0 ? PROTOCOL.IPV6 : PROTOCOL.IPV4;
          packet = buildIpv4({ source, destination, protocol, identification: depth, payload: packet });
          node.paths.sendIpv4(packet, () => undefined);
        }
      },
    })),
  }),
  ...faultsOf('loop.unassigned-own-address', {
    'encap-own-prefix': TO_THE_TUNNEL,
    'self-loop': inArea('forwarding', (is) => ({
      unassigned: (node, original, arrival) => {
        if (arrival.via !== 'pods') return is.unassigned(node, original, arrival);
        node.paths.reportError({ type: 3, code: 0, parameter: 0 }, original, arrival);
        return 'silent';
      },
    })),
  }),
  ...faultsOf('loop.unassigned-own-address-from-tunnel', {
    'bounce-back': inArea('forwarding', (is) => ({
      unassigned: (node, original, arrival) => {
        if (arrival.via !== 'tunnel') return is.unassigned(node, original, arrival);
        returnToSender(node, original, arrival.outer.source);
        return 'silent';
      },
    })),
    'null-route-omitted': inArea('forwarding', (is) => ({
      unassigned: (node, original, arrival) => {
        if (arrival.via !== 'tunnel') return is.unassigned(node, original, arrival);
        node.paths.reportError({ type: 3, code: 0, parameter: 0 }, original, arrival);
        return 'silent';
      },
    })),
  }),
  ...faultsOf('loop.unusable-outer-destination', {
    'validation-slow-path-only': inArea('encapsulation', (is) => {
      let warm = false;
      const endpoint = new Set(['special-destination', 'own-destination', 'broadcast-destination']);
      return {
        admits: (node, question) => {
          warm = true;
          return is.admits(node, question);
        },
        checks: is.checks.map((check) =>
          endpoint.has(check.name) ? (exempting([check], () => warm)[0] ?? check) : check,
        ),
      };
    }),
  }),
];
