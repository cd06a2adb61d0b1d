import { concat, readUint32 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { NEIGHBOR_FLAG } from '../../packet/ndp.ts';
import { addressKey } from '../ipv6/prefix.ts';
import { isLinkLocal } from '../ipv6/special.ts';
import type { ReferenceNode } from '../node.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea, together } from './fault.ts';
import { believingRouters, firstGateway } from './neighbour-mapped.ts';

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

/** Also has the link-local addresses with these bits in front of the IPv4 address. */
const answeringAtForms = (...forms: readonly number[]): Change =>
  inArea('local', (is) => ({
    isOwnAddress: (config, packet, at, arrival) => {
      const isForm =
        arrival.via === 'tunnel' &&
        readUint32(packet, at) === 0xfe80_0000 &&
        forms.includes(readUint32(packet, at + 8)) &&
        readUint32(packet, at + 12) === config.tunnelAddress;
      return (isForm && config.tunnelLinkLocal !== undefined) || is.isOwnAddress(config, packet, at, arrival);
    },
  }));

/** Takes what a pod says of an address for news of the tunnel: packets to it go to the first gateway from then on. */
const hearingPods: Change = (behaviour) => {
  const heard = new Set<string>();
  return together(
    inArea('neighbour', (is) => ({
      validMessage: (packet, link) => {
        if (link === 'pods' && packet.length > OPTIONS) heard.add(addressKey(packet, TARGET));
        return is.validMessage(packet, link);
      },
    })),
    inArea('mapping', (is) => ({
      outerDestination: (mapping, config, inner, toRelay) =>
        heard.has(addressKey(inner, IPV6.DESTINATION))
          ? firstGateway(config)
          : is.outerDestination(mapping, config, inner, toRelay),
    })),
  )(behaviour);
};

export const neighbourFaults: readonly Fault[] = [
  ...faultsOf('neighbour.hop-limit-255', {
    'nd-hl-unchecked': together(
      inArea('neighbour', () => ({ validHopLimit: () => true })),
      answeringEverywhere,
    ),
    'nd-hl-254-accepted': together(
      inArea('neighbour', (is) => ({ validHopLimit: (hopLimit) => hopLimit === 254 || is.validHopLimit(hopLimit) })),
      answeringEverywhere,
    ),
    'ra-hl-unchecked': believingRouters(({ inner }) => inner[IPV6.HOP_LIMIT] !== 255),
  }),
  ...faultsOf('neighbour.link-local-format', {
    'll-eui64-u1': answeringAtForms(0x0200_5efe, 0x0000_5efe, 0x0200_0000),
  }),
  ...faultsOf('neighbour.link-local-present', {
    'no-ll': inArea('local', (is) => ({
      isOwnAddress: (config, packet, at, arrival) =>
        !(arrival.via === 'tunnel' && packet[at] === 0xfe) && is.isOwnAddress(config, packet, at, arrival),
    })),
  }),
  ...faultsOf('neighbour.links-separate', {
    'nd-cross-link-pods': hearingPods,
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
    'nd-lla-dropped': inArea('neighbour', (is) => ({
      validMessage: (packet, link) => is.validMessage(packet, link) && (link === 'pods' || packet.length === OPTIONS),
    })),
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
    'na-unsolicited': inArea('neighbour', (is) => ({
      advertisementFlags: is.advertisementFlags & ~NEIGHBOR_FLAG.SOLICITED,
    })),
    'nud-global-ignored': inArea('neighbour', (is) => ({
      validMessage: (packet, link) => is.validMessage(packet, link) && (link === 'pods' || isLinkLocal(packet, TARGET)),
    })),
  }),
  ...faultsOf('neighbour.nud-sent', { 'no-nud': inArea('neighbour', () => ({ probesPeer: false })) }),
];
