import { Ipv4Address } from '../address/ipv4-address.ts';
import { Ipv4Prefix } from '../address/ipv4-prefix.ts';
import type { Ipv6Prefix } from '../address/ipv6-prefix.ts';
import { isBorderRelay, type Profile } from '../profile/index.ts';
import type { SetupMapping, SetupPort, TargetSetup, UnderlayRoute } from '../target/setup.ts';
import type { PortName } from '../wire/wire.ts';
import { outerIpv6Of, outerIpv6PrefixOf } from './ipv6-underlay.ts';
import type { Lab } from './lab.ts';

/** What of the set-up is not already said by profile and lab. */
export interface SetupOptions {
  readonly ports: ReadonlyMap<PortName, { readonly interfaceName: string; readonly macAddress: string }>;
  readonly underlayMtuBytes: number;
  readonly podMtuBytes: number;
  /** Whether the second underlay port is configured. */
  readonly secondUnderlayPort: boolean;
  /** Sends a prefix to the gateway on U2 instead of where the lab's routes send it. */
  readonly routesOverU2: readonly string[];
  readonly reassemblyLimitBytes?: number;
  readonly logging?: 'on' | 'off';
}

/** Spells the lab out for a target. */
export const targetSetup = (lab: Lab, options: SetupOptions): TargetSetup => {
  const { profile, underlay, native } = lab;
  const relayConfigured = profile.switches.relay === 'configured';
  return {
    contract: 1,
    profile: profile.text,
    mapping: setupMapping(profile, lab),
    encapsulation: profile.encapsulation,
    switches: profile.switches,
    outerTtl: profile.outerTtl,
    fixedTos: profile.fixedTos,
    staticMtuBytes: profile.staticMtuBytes,
    ports: setupPorts(lab, options),
    underlay: {
      address: underlay.dut.toString(),
      prefixLength: underlay.segment.length,
      secondaryAddresses: underlay.segment.contains(underlay.dutSecondary) ? [underlay.dutSecondary.toString()] : [],
      routes: underlayRoutes(lab, options),
      ...(profile.switches.outerFamily === 'ipv6' ? { ipv6: ipv6Underlay(lab, options) } : {}),
    },
    logging: options.logging ?? 'on',
    ...(options.reassemblyLimitBytes === undefined ? {} : { reassemblyLimitBytes: options.reassemblyLimitBytes }),
    overlay: {
      nodePrefix: lab.n1.nodePrefix.toString(),
      address: lab.overlayAddress.toString(),
      tunnelRoutes: tunnelRoutes(profile),
      ...(relayConfigured ? { relay: underlay.relay.toString() } : {}),
      // Behind a border relay the outside is native.
      relayRoutes: relayConfigured && !isBorderRelay(profile) ? [lab.outsidePrefix.toString()] : [],
    },
    pods: {
      gateway: lab.podGateway.toString(),
      mtu: 'given',
      addresses: lab.pods.map(String),
      nativeAddress: native.dutAddress.toString(),
      nativePrefixLength: native.onLinkPrefix.length,
      nativeRoutes: nativePrefixes(lab).map((prefix) => ({
        destination: prefix.toString(),
        gateway: native.router.toString(),
      })),
    },
  };
};

const setupMapping = ({ mapping }: Profile, lab: Lab): SetupMapping => {
  const { n2 } = lab;
  switch (mapping.kind) {
    case '6in4':
      return { kind: '6in4', remote: n2.ipv4.toString() };
    case 'ip6ip6':
      return { kind: 'ip6ip6', remote: outerIpv6Of(n2.ipv4).toString() };
    case '6to4':
      return { kind: '6to4' };
    case '6rd':
      return {
        kind: '6rd',
        domainPrefix: mapping.domainPrefix.toString(),
        ipv4Prefix: mapping.ipv4Prefix.toString(),
        role: mapping.role,
      };
    case 'isatap': {
      const { isatap } = lab;
      return {
        kind: 'isatap',
        prefix: mapping.prefix.toString(),
        address: isatap?.addressOf(lab.n1.ipv4, 'global').toString() ?? '',
        routers: [...(isatap?.routers ?? []), ...relayOf(lab)].map(String),
        routes: (isatap?.routes ?? []).map(({ destination, gateway }) => ({
          destination: destination.toString(),
          gateway: gateway.toString(),
        })),
      };
    }
  }
};

/** The relay of an ISATAP node is one more router of its list. */
const relayOf = ({ profile, underlay }: Lab): Ipv4Address[] =>
  profile.switches.relay === 'configured' ? [underlay.relay] : [];

/** A configured tunnel carries all global unicast addresses (2000::/3); an embedding one carries its domain, ISATAP its link. */
const tunnelRoutes = ({ mapping }: Profile): string[] => {
  switch (mapping.kind) {
    case '6in4':
    case 'ip6ip6':
      return ['2000::/3'];
    case '6to4':
      return ['2002::/16'];
    case '6rd':
      return [mapping.domainPrefix.toString()];
    case 'isatap':
      return [mapping.prefix.toString()];
  }
};

/** A border relay has the IPv6 Internet behind its pod port (RFC 5969 section 8). */
const nativePrefixes = ({ profile, native, outsidePrefix }: Lab): Ipv6Prefix[] => [
  native.routedPrefix,
  ...(isBorderRelay(profile) ? [outsidePrefix] : []),
];

const setupPorts = (lab: Lab, options: SetupOptions): TargetSetup['ports'] => {
  const ports: Partial<Record<PortName, SetupPort>> = {};
  for (const [port, facts] of options.ports) {
    if (port === 'U2' && !options.secondUnderlayPort) continue;
    ports[port] = {
      interfaceName: facts.interfaceName,
      macAddress: facts.macAddress,
      mtuBytes: port === 'P' ? options.podMtuBytes : options.underlayMtuBytes,
      ...(port === 'U2'
        ? { address: lab.underlay.dutOnSecondSegment.toString(), prefixLength: lab.underlay.secondSegment.length }
        : {}),
      ...(port === 'U2' && lab.profile.switches.outerFamily === 'ipv6' ? secondIpv6Address(lab) : {}),
    };
  }
  return ports;
};

const underlayRoutes = ({ underlay }: Lab, options: SetupOptions): UnderlayRoute[] => {
  const routes: UnderlayRoute[] = [{ destination: '0.0.0.0/0', gateway: underlay.gatewayA.toString() }];
  if (underlay.behindB !== undefined)
    routes.push({ destination: underlay.behindB.toString(), gateway: underlay.gatewayB.toString() });
  if (underlay.unroutable !== undefined)
    routes.push({ destination: underlay.unroutable.toString(), unreachable: true });
  for (const destination of options.routesOverU2) {
    routes.push({ destination, gateway: underlay.secondGateway.toString(), port: 'U2' });
  }
  return routes;
};

/** The IPv6 image of the IPv4 underlay. */
const ipv6Underlay = (lab: Lab, options: SetupOptions): NonNullable<TargetSetup['underlay']['ipv6']> => {
  const { underlay } = lab;
  const hasSecondary = underlay.segment.contains(underlay.dutSecondary);
  return {
    address: outerIpv6Of(underlay.dut).toString(),
    prefixLength: outerIpv6PrefixOf(underlay.segment).length,
    secondaryAddresses: hasSecondary ? [outerIpv6Of(underlay.dutSecondary).toString()] : [],
    routes: underlayRoutes(lab, options).map((route) => {
      const destination = outerIpv6PrefixOf(Ipv4Prefix.parse(route.destination)).toString();
      if ('unreachable' in route) return { ...route, destination };
      return { ...route, destination, gateway: outerIpv6Of(Ipv4Address.parse(route.gateway)).toString() };
    }),
  };
};

const secondIpv6Address = ({ underlay }: Lab): Pick<SetupPort, 'ipv6Address' | 'ipv6PrefixLength'> => ({
  ipv6Address: outerIpv6Of(underlay.dutOnSecondSegment).toString(),
  ipv6PrefixLength: outerIpv6PrefixOf(underlay.secondSegment).length,
});
