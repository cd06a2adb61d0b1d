import type { Profile } from '../profile/index.ts';
import type { SetupMapping, SetupPort, TargetSetup, UnderlayRoute } from '../target/setup.ts';
import type { PortName } from '../wire/wire.ts';
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
    },
    overlay: {
      nodePrefix: lab.n1.nodePrefix.toString(),
      address: lab.overlayAddress.toString(),
      tunnelRoutes: tunnelRoutes(profile),
      ...(relayConfigured ? { relay: underlay.relay.toString() } : {}),
      relayRoutes: relayConfigured ? [lab.outsidePrefix.toString()] : [],
    },
    pods: {
      gateway: lab.podGateway.toString(),
      addresses: lab.pods.map(String),
      nativeAddress: native.dutAddress.toString(),
      nativePrefixLength: native.onLinkPrefix.length,
      nativeRoutes: [{ destination: native.routedPrefix.toString(), gateway: native.router.toString() }],
    },
  };
};

const setupMapping = (profile: Profile, lab: Lab): SetupMapping => {
  const { mapping } = profile;
  if (mapping.kind === '6in4') return { kind: '6in4', remote: lab.underlay.n2.toString() };
  if (mapping.kind === '6to4') return { kind: '6to4' };
  return { kind: '6rd', domainPrefix: mapping.domainPrefix.toString(), ipv4Prefix: mapping.ipv4Prefix.toString() };
};

/** A configured tunnel carries all global unicast addresses (2000::/3); an embedding one carries its domain. */
const tunnelRoutes = ({ mapping }: Profile): string[] => {
  if (mapping.kind === '6in4') return ['2000::/3'];
  return [mapping.kind === '6to4' ? '2002::/16' : mapping.domainPrefix.toString()];
};

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
