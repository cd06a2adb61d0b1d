import { createLab, targetSetup, type Lab, type LabOptions, type SetupOptions } from '../lab/index.ts';
import { parseProfile, type Encapsulation, type Profile } from '../profile/index.ts';
import type { SecondTunnelSetup, TargetSetup } from '../target/setup.ts';
import type { SetupChanges } from './setup-changes.ts';

/** The lab of the second tunnel: the same nodes, with the addresses that they have in it. Undefined without one. */
export const secondLab = (
  first: Lab,
  { secondTunnel, secondTunnelOnSecondAddress = false }: SetupChanges,
  options: Pick<LabOptions, 'dutMacs'>,
): Lab | undefined => {
  if (secondTunnel === undefined) return undefined;
  const { encapsulation } = first.profile;
  const profile = parseProfile(`${secondTunnel}${encapsulationText(encapsulation)}`);
  const dutIpv4 = secondTunnelOnSecondAddress ? { dutIpv4: first.underlay.dutSecondary } : {};
  return createLab(profile, { ...options, ...dutIpv4, beside: first });
};

const encapsulationText = (encapsulation: Encapsulation): string => {
  if (encapsulation.kind === 'protocol-41') return '';
  return `,encap=${encapsulation.kind}${'port' in encapsulation ? `:${String(encapsulation.port)}` : ''}`;
};

/** The set-up with what single cases ask for beyond profile and lab. */
export const withExtras = (
  setup: TargetSetup,
  changes: SetupChanges,
  second: Lab | undefined,
  options: SetupOptions,
): TargetSetup => ({
  ...setup,
  mapping:
    changes.sixRdParameters === undefined ? setup.mapping : { kind: '6rd', role: 'ce', ...changes.sixRdParameters },
  underlay: {
    ...setup.underlay,
    ...(changes.routesIntoTunnel === undefined ? {} : { routesIntoTunnel: changes.routesIntoTunnel }),
  },
  overlay: {
    ...setup.overlay,
    ...(changes.sixRdParameters === undefined ? {} : { tunnelRoutes: [changes.sixRdParameters.domainPrefix] }),
    ...(changes.tunnelSubnet === undefined ? {} : { tunnelSubnet: changes.tunnelSubnet }),
  },
  pods: { ...setup.pods, mtu: changes.podMtu ?? 'given' },
  ...(second === undefined ? {} : { secondTunnel: secondTunnelSetup(second, options) }),
});

const secondTunnelSetup = (lab: Lab, options: SetupOptions): SecondTunnelSetup => {
  const { profile, mapping, switches, outerTtl, fixedTos, staticMtuBytes, underlay, overlay, pods } = targetSetup(
    lab,
    options,
  );
  return {
    profile,
    mapping,
    switches,
    outerTtl,
    fixedTos,
    staticMtuBytes,
    underlayAddress: underlay.address,
    nodePrefix: overlay.nodePrefix,
    address: overlay.address,
    tunnelRoutes: isConfigured(lab.profile) ? [lab.n2.nodePrefix.toString()] : overlay.tunnelRoutes,
    pods: pods.addresses,
  };
};

/** Two configured tunnels share the destinations; the second has those of its own remote end only. */
const isConfigured = ({ mapping }: Profile): boolean => mapping.kind === '6in4';
