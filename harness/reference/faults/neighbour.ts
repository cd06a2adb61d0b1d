import { concat, readUint32 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import type { NodeConfig } from '../config.ts';
import { LIMITED_BROADCAST } from '../ipv4/net.ts';
import { addressKey } from '../ipv6/prefix.ts';
import { isMulticast } from '../ipv6/special.ts';
import type { ReferenceNode } from '../node.ts';
import { rerouting, routingEverything, withoutEgress, withoutForwarding } from './common.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea, together } from './fault.ts';

const OPTIONS = IPV6.HEADER_LENGTH + 24;
const TARGET = IPV6.HEADER_LENGTH + 8;

/** Changes the pod link's cache with what was heard through the tunnel. */
const poison = (node: ReferenceNode, packet: Uint8Array): void => {
  const mac =
    packet.length >= OPTIONS + 8 ? packet.slice(OPTIONS + 2, OPTIONS + 8) : Uint8Array.of(2, 0, 0, 0, 0xba, 0xad);
  node.neighbours.learn(addressKey(packet, TARGET), mac, true);
};

/** The tunnel also answers on a multipoint overlay. */
const answeringEverywhere: Change = inArea('neighbour', () => ({ answersOn: () => true }));

const isNeighbourMessage = (packet: Uint8Array): boolean =>
  packet[IPV6.NEXT_HEADER] === 58 && [135, 136].includes(packet[IPV6.HEADER_LENGTH] ?? 0);

/** Takes multicast from pods as packets for an endpoint. */
const tunnellingMulticast = (endpoint: (config: NodeConfig) => number): Change =>
  together(
    rerouting((route, packet) => (isMulticast(packet, IPV6.DESTINATION) ? { kind: 'tunnel' } : route)),
    withoutForwarding('multicast-destination'),
    withoutEgress('forbidden-destination', 'special-destination', 'broadcast-destination'),
    inArea('local', (is) => ({
      isOwnAddress: (config, packet, at, arrival) =>
        !isMulticast(packet, at) && is.isOwnAddress(config, packet, at, arrival),
    })),
    inArea('mapping', (is) => ({
      outerDestination: (behaviour, config, inner, toRelay) =>
        isMulticast(inner, IPV6.DESTINATION)
          ? endpoint(config)
          : is.outerDestination(behaviour, config, inner, toRelay),
    })),
    routingEverything,
  );

const firstGateway = (config: NodeConfig): number =>
  config.underlayRoutes.find((route) => route.gateway !== undefined)?.gateway ?? 0;

export const neighbourFaults: readonly Fault[] = [
  ...faultsOf('neighbour.hop-limit-255', {
    'nd-hl-unchecked': together(
      inArea('neighbour', () => ({ validHopLimit: () => true })),
      answeringEverywhere,
    ),
  }),
  ...faultsOf('neighbour.link-local-present', {
    'no-ll': inArea('local', (is) => ({
      isOwnAddress: (config, packet, at, arrival) =>
        !(arrival.via === 'tunnel' && packet[at] === 0xfe) && is.isOwnAddress(config, packet, at, arrival),
    })),
  }),
  ...faultsOf('neighbour.links-separate', {
    'nd-cross-link': together(
      inArea('neighbour', () => ({ heardThroughTunnel: poison })),
      inArea('decap', (is) => ({
        checks: [
          {
            name: 'poison',
            violated: ({ node, inner }) => {
              if (isNeighbourMessage(inner) && inner[IPV6.HOP_LIMIT] === 255) poison(node, inner);
              return false;
            },
          },
          ...is.checks,
        ],
      })),
    ),
  }),
  ...faultsOf('neighbour.lla-option-ignored', {
    'nd-lla-used': (behaviour) => {
      let learned: number | undefined;
      return together(
        inArea('neighbour', () => ({
          heardThroughTunnel: (_node, packet) => {
            if (packet.length >= OPTIONS + 8) learned = readUint32(packet, OPTIONS + 4);
          },
        })),
        inArea('mapping', (is) => ({
          outerDestination: (inner, config, packet, toRelay) =>
            learned ?? is.outerDestination(inner, config, packet, toRelay),
        })),
      )(behaviour);
    },
  }),
  ...faultsOf('neighbour.nbma-silent', {
    'nbma-mcast-sent': tunnellingMulticast(firstGateway),
    'mcast-to-bcast': tunnellingMulticast(() => LIMITED_BROADCAST),
  }),
  ...faultsOf('neighbour.no-lla-option', {
    'nd-lla-option': inArea('neighbour', () => ({
      advertisementOptions: (node) => concat(Uint8Array.of(2, 1), node.config.ports.get('U')?.mac ?? new Uint8Array(6)),
    })),
  }),
  ...faultsOf('neighbour.nud-answered', {
    'nud-ignored': inArea('neighbour', (is) => ({
      answersOn: (node, link) => link === 'pods' && is.answersOn(node, link),
    })),
    'na-hl64': inArea('neighbour', () => ({ advertisementHopLimit: 64 })),
  }),
  ...faultsOf('neighbour.tunnel-ra-ignored', {
    'tunnel-ra-accepted': (behaviour) => {
      let router: number | undefined;
      return together(
        inArea('decap', (is) => ({
          checks: [
            {
              name: 'advertisement',
              violated: ({ inner, outer }) => {
                if (inner[IPV6.NEXT_HEADER] === 58 && inner[IPV6.HEADER_LENGTH] === 134) router = outer.source;
                return false;
              },
            },
            ...is.checks,
          ],
        })),
        rerouting((route) => (route.kind === 'none' && router !== undefined ? { kind: 'tunnel' } : route)),
        inArea('mapping', (is) => ({
          outerDestination: (mapping, config, inner, toRelay) =>
            is.outerDestination(mapping, config, inner, toRelay) ?? router,
        })),
      )(behaviour);
    },
  }),
];
