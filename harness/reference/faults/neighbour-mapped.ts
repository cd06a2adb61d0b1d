/** Neighbours, routers and groups where a mapped overlay has none. */
import { IPV6 } from '../../packet/ipv6.ts';
import type { NodeConfig } from '../config.ts';
import { LIMITED_BROADCAST } from '../ipv4/net.ts';
import { addressKey } from '../ipv6/prefix.ts';
import { buildIpv4 } from '../ipv4/header.ts';
import { buildIcmpv6 } from '../ipv6/packet.ts';
import { isMulticast } from '../ipv6/special.ts';
import type { DecapQuestion } from '../tunnel/decap-checks.ts';
import { rerouting, routingEverything, withoutEgress, withoutForwarding } from './common.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea, together } from './fault.ts';

export const firstGateway = (config: NodeConfig): number =>
  config.underlayRoutes.find((route) => route.gateway !== undefined)?.gateway ?? 0;

/** Takes multicast from pods as packets for an endpoint. */
const tunnellingMulticast = (
  endpoint: (config: NodeConfig) => number,
  isChosen: (packet: Uint8Array) => boolean = () => true,
): Change =>
  together(
    rerouting((route, packet) =>
      isMulticast(packet, IPV6.DESTINATION) && isChosen(packet) ? { kind: 'tunnel' } : route,
    ),
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

/** Sends what it has no route for to whoever has last sent a Router Advertisement that meets a condition. */
export const believingRouters =
  (isBelieved: (question: DecapQuestion) => boolean): Change =>
  (behaviour) => {
    let router: number | undefined;
    const violated = (question: DecapQuestion): boolean => {
      const { inner, outer } = question;
      const isAdvertisement = inner[IPV6.NEXT_HEADER] === 58 && inner[IPV6.HEADER_LENGTH] === 134;
      if (isAdvertisement && isBelieved(question)) router = outer.source;
      return false;
    };
    return together(
      inArea('decap', (is) => ({ checks: [{ name: 'advertisement', violated }, ...is.checks] })),
      rerouting((route) => (route.kind === 'none' && router !== undefined ? { kind: 'tunnel' } : route)),
      inArea('mapping', (is) => ({
        outerDestination: (mapping, config, inner, toRelay) =>
          is.outerDestination(mapping, config, inner, toRelay) ?? router,
      })),
    )(behaviour);
  };

/** Sends to the sender of a Redirect what is for the destination that it names. */
const followingRedirects: Change = (behaviour) => {
  let redirected: { readonly destination: string; readonly by: number } | undefined;
  const violated = ({ inner, outer }: DecapQuestion): boolean => {
    if (inner[IPV6.NEXT_HEADER] === 58 && inner[IPV6.HEADER_LENGTH] === 137)
      redirected = { destination: addressKey(inner, IPV6.HEADER_LENGTH + 24), by: outer.source };
    return false;
  };
  return together(
    inArea('decap', (is) => ({ checks: [{ name: 'redirect', violated }, ...is.checks] })),
    inArea('mapping', (is) => ({
      outerDestination: (mapping, config, inner, toRelay) =>
        redirected?.destination === addressKey(inner, IPV6.DESTINATION)
          ? redirected.by
          : is.outerDestination(mapping, config, inner, toRelay),
    })),
  )(behaviour);
};

/** Sends a Router Solicitation into the tunnel some time after its first packet. */
const solicitingRouters: Change = inArea('encapsulation', (is) => {
  let isDone = false;
  return {
    admits: (node, question) => {
      if (!isDone) {
        isDone = true;
        node.clock.schedule(10_000, () => {
          const group = Uint8Array.of(0xff, 2, ...Array<number>(13).fill(0), 2);
          const payload = Uint8Array.of(133, 0, 0, 0, 0, 0, 0, 0);
          const message = buildIcmpv6({ source: node.config.gateway, destination: group, hopLimit: 255, payload });
          const { tunnelAddress: source } = node.config;
          const destination = firstGateway(node.config);
          const identification = node.identifications.next(source, destination, 41);
          const packet = buildIpv4({ source, destination, protocol: 41, identification, payload: message });
          node.paths.sendIpv4(packet, () => undefined);
        });
      }
      return is.admits(node, question);
    },
  };
});

export const mappedNeighbourFaults: readonly Fault[] = [
  ...faultsOf('neighbour.nbma-silent', {
    'nbma-mcast-sent': tunnellingMulticast(firstGateway),
    'mcast-to-bcast': tunnellingMulticast(() => LIMITED_BROADCAST),
    'nbma-global-mcast-sent': tunnellingMulticast(
      firstGateway,
      (packet) => ((packet[IPV6.DESTINATION + 1] ?? 0) & 0x0f) === 0x0e,
    ),
    'nbma-rs-sent': solicitingRouters,
  }),
  ...faultsOf('neighbour.tunnel-ra-ignored', {
    'tunnel-ra-accepted': believingRouters(() => true),
    'tunnel-ra-unicast-accepted': believingRouters(({ inner }) => !isMulticast(inner, IPV6.DESTINATION)),
    'tunnel-redirect-followed': followingRedirects,
  }),
];
