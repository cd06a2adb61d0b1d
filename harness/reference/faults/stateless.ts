import { IPV6 } from '../../packet/ipv6.ts';
import type { ReferenceNode } from '../node.ts';
import { addressKey } from '../ipv6/prefix.ts';
import { solicitArp } from '../link/arp.ts';
import { flowHash } from '../tunnel/flow-hash.ts';
import type { EgressQuestion } from '../tunnel/egress-checks.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea, together } from './fault.ts';

/** Lets packets into the tunnel or not, after the checks; `rule` is made anew for every node. */
const admitting = (rule: () => (node: ReferenceNode, question: EgressQuestion) => boolean): Change =>
  inArea('encapsulation', (is) => {
    const admits = rule();
    return { admits: (node, question) => is.admits(node, question) && admits(node, question) };
  });

const PEER_LIMIT = 512;
/** Where the memory of the fault's node ends. */
const MEMORY_LIMIT = 900;

/** Peers heard through the tunnel. */
const listening = (heard: Set<number>): Change =>
  inArea('decap', (is) => ({
    checks: [
      ...is.checks,
      {
        name: 'listen',
        violated: ({ outer }) => {
          heard.add(outer.source);
          return false;
        },
      },
    ],
  }));

export const statelessFaults: readonly Fault[] = [
  ...faultsOf('stateless.bad-destination-isolated', {
    'negative-cached-for-all': (behaviour) => {
      let failed = false;
      return together(
        inArea('icmpv6', (is) => ({
          mayReport: (error, offending) => {
            if (error.type === 1) failed = true;
            return is.mayReport(error, offending);
          },
        })),
        inArea('encapsulation', (is) => ({
          checks: is.checks.map((check) => ({
            ...check,
            violated: (question) => {
              const violated = check.violated(question);
              if (violated && check.name.endsWith('-destination')) failed = true;
              return violated;
            },
          })),
        })),
        admitting(() => () => !failed),
      )(behaviour);
    },
  }),
  ...faultsOf('stateless.first-packet-in', {
    'needs-outbound-first': (behaviour) => {
      const contacted = new Set<number>();
      return together(
        admitting(() => (_node, question) => {
          contacted.add(question.destination);
          return true;
        }),
        inArea('decap', (is) => ({
          checks: [...is.checks, { name: 'contacted', violated: ({ outer }) => !contacted.has(outer.source) }],
        })),
      )(behaviour);
    },
  }),
  ...faultsOf('stateless.first-packet-out', {
    'discovery-before-send': admitting(() => {
      const known = new Set<number>();
      return (node, question) => {
        if (known.has(question.destination)) return true;
        known.add(question.destination);
        solicitArp(node, question.destination);
        return false;
      };
    }),
  }),
  ...faultsOf('stateless.no-per-peer-growth', {
    'peer-table-limit': admitting(() => {
      const peers = new Set<number>();
      return (_node, question) => {
        if (peers.size < PEER_LIMIT) peers.add(question.destination);
        return peers.has(question.destination);
      };
    }),
    'peer-table-unbounded': admitting(() => {
      const peers = new Map<number, Uint8Array>();
      return (_node, question) => {
        peers.set(question.destination, question.inner);
        return peers.size < MEMORY_LIMIT;
      };
    }),
  }),
  ...faultsOf('stateless.one-source-per-node', {
    'per-pod-outer-source': inArea('outer', (is) => ({
      source: (context) => is.source(context) + ((context.inner[IPV6.SOURCE + 15] ?? 0) & 3),
    })),
  }),
  ...faultsOf('stateless.order-irrelevant', {
    'order-dependent-forwarding': inArea('mapping', (is) => {
      let last: { readonly flow: number; readonly destination: number } | undefined;
      return {
        outerDestination: (behaviour, config, inner, toRelay) => {
          const right = is.outerDestination(behaviour, config, inner, toRelay);
          const flow = flowHash(inner);
          const destination = last !== undefined && last.flow !== flow ? last.destination : right;
          last = right === undefined ? undefined : { flow, destination: right };
          return destination;
        },
      };
    }),
  }),
  ...faultsOf('stateless.per-packet-next-hop', {
    'route-cached-per-tunnel': inArea('ipv4', (is) => {
      let cached: ReturnType<typeof is.route>;
      return {
        route: (config, destination) => {
          cached ??= is.route(config, destination);
          return cached;
        },
      };
    }),
  }),
  ...faultsOf('stateless.pod-moves', {
    'sticky-location': inArea('mapping', (is) => {
      const places = new Map<string, number>();
      return {
        outerDestination: (behaviour, config, inner, toRelay) => {
          const right = is.outerDestination(behaviour, config, inner, toRelay);
          if (right === undefined || config.mapping.kind === '6in4') return right;
          const identity = addressKey(inner, IPV6.DESTINATION).slice(8);
          const place = places.get(identity) ?? right;
          places.set(identity, place);
          return place;
        },
      };
    }),
  }),
  ...faultsOf('stateless.restart-mid-flow', {
    'restart-needs-relearning': (behaviour) => {
      const heard = new Set<number>();
      return together(
        listening(heard),
        admitting(() => (_node, question) => heard.has(question.destination)),
      )(behaviour);
    },
  }),
];
