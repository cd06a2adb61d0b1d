import type { TargetSetup } from './setup.ts';

/** The set-up as `PROTO41_*` variables, for targets that are shell scripts: lists are separated by single spaces. */
export const setupEnvironment = (setup: TargetSetup): Readonly<Record<string, string>> => {
  const variables: Record<string, string> = {
    PROTO41_CONTRACT: String(setup.contract),
    PROTO41_PROFILE: setup.profile,
    PROTO41_MAPPING: setup.mapping.kind,
    PROTO41_ENCAPSULATION: setup.encapsulation.kind,
    PROTO41_OUTER_TTL: String(setup.outerTtl),
    PROTO41_FIXED_TOS: String(setup.fixedTos),
    PROTO41_STATIC_MTU: String(setup.staticMtuBytes),
    PROTO41_REASSEMBLY_LIMIT: String(setup.reassemblyLimitBytes ?? ''),
    PROTO41_UNDERLAY_ADDRESS: setup.underlay.address,
    PROTO41_UNDERLAY_PREFIX_LENGTH: String(setup.underlay.prefixLength),
    PROTO41_UNDERLAY_SECONDARY: setup.underlay.secondaryAddresses.join(' '),
    PROTO41_UNDERLAY_ROUTES: setup.underlay.routes.map(underlayRouteText).join(' '),
    PROTO41_UNDERLAY_ROUTES_INTO_TUNNEL: (setup.underlay.routesIntoTunnel ?? []).join(' '),
    PROTO41_LOGGING: setup.logging,
    PROTO41_NODE_PREFIX: setup.overlay.nodePrefix,
    PROTO41_OVERLAY_ADDRESS: setup.overlay.address,
    PROTO41_TUNNEL_ROUTES: setup.overlay.tunnelRoutes.join(' '),
    PROTO41_RELAY: setup.overlay.relay ?? '',
    PROTO41_RELAY_ROUTES: setup.overlay.relayRoutes.join(' '),
    PROTO41_POD_GATEWAY: setup.pods.gateway,
    PROTO41_POD_MTU: setup.pods.mtu,
    PROTO41_PODS: setup.pods.addresses.join(' '),
    PROTO41_NATIVE_ADDRESS: `${setup.pods.nativeAddress}/${String(setup.pods.nativePrefixLength)}`,
    PROTO41_NATIVE_ROUTES: setup.pods.nativeRoutes.map((route) => `${route.destination},${route.gateway}`).join(' '),
  };
  if (setup.mapping.kind === '6rd') {
    variables['PROTO41_6RD_PREFIX'] = setup.mapping.domainPrefix;
    variables['PROTO41_6RD_IPV4_PREFIX'] = setup.mapping.ipv4Prefix;
    variables['PROTO41_6RD_ROLE'] = setup.mapping.role;
  }
  if (setup.mapping.kind === '6in4' || setup.mapping.kind === 'ip6ip6')
    variables['PROTO41_REMOTE'] = setup.mapping.remote;
  if (setup.mapping.kind === 'isatap') {
    variables['PROTO41_ISATAP_PREFIX'] = setup.mapping.prefix;
    variables['PROTO41_ISATAP_ADDRESS'] = setup.mapping.address;
    variables['PROTO41_ISATAP_ROUTERS'] = setup.mapping.routers.join(' ');
    variables['PROTO41_ISATAP_ROUTES'] = setup.mapping.routes
      .map((route) => `${route.destination},${route.gateway}`)
      .join(' ');
  }
  if (setup.encapsulation.kind === 'fou') variables['PROTO41_FOU_PORT'] = String(setup.encapsulation.port);
  if (setup.encapsulation.kind === 'gue') variables['PROTO41_GUE_PORT'] = String(setup.encapsulation.port);
  const { ipv6 } = setup.underlay;
  if (ipv6 !== undefined) {
    variables['PROTO41_UNDERLAY6_ADDRESS'] = ipv6.address;
    variables['PROTO41_UNDERLAY6_PREFIX_LENGTH'] = String(ipv6.prefixLength);
    variables['PROTO41_UNDERLAY6_SECONDARY'] = ipv6.secondaryAddresses.join(' ');
    variables['PROTO41_UNDERLAY6_ROUTES'] = ipv6.routes.map(underlayRouteText).join(' ');
  }
  for (const [port, facts] of Object.entries(setup.ports)) {
    variables[`PROTO41_PORT_${port}`] = facts.interfaceName;
    variables[`PROTO41_PORT_${port}_MAC`] = facts.macAddress;
    variables[`PROTO41_PORT_${port}_MTU`] = String(facts.mtuBytes);
    if (facts.address !== undefined)
      variables[`PROTO41_PORT_${port}_ADDRESS`] = `${facts.address}/${String(facts.prefixLength)}`;
    if (facts.ipv6Address !== undefined)
      variables[`PROTO41_PORT_${port}_ADDRESS6`] = `${facts.ipv6Address}/${String(facts.ipv6PrefixLength)}`;
  }
  for (const [name, value] of Object.entries(setup.switches)) variables[switchVariable(name)] = value;
  if (setup.overlay.tunnelSubnet !== undefined) variables['PROTO41_TUNNEL_SUBNET'] = setup.overlay.tunnelSubnet;
  return { ...variables, ...secondTunnelVariables(setup) };
};

/** What the second tunnel has of its own, under the names that the first has for it. */
const OWN_VARIABLES =
  /^PROTO41_(PROFILE|MAPPING|REMOTE|6RD_.*|OUTER_TTL|FIXED_TOS|STATIC_MTU|UNDERLAY_ADDRESS|SWITCH_.*|NODE_PREFIX|OVERLAY_ADDRESS|TUNNEL_ROUTES|PODS)$/;

/** `PROTO41_SECOND_MAPPING` and so on. */
const secondTunnelVariables = ({ secondTunnel, ...setup }: TargetSetup): Record<string, string> => {
  if (secondTunnel === undefined) return {};
  const { underlayAddress, nodePrefix, address, tunnelRoutes, pods, ...own } = secondTunnel;
  const variables = setupEnvironment({
    ...setup,
    ...own,
    underlay: { ...setup.underlay, address: underlayAddress },
    overlay: { nodePrefix, address, tunnelRoutes, relayRoutes: [] },
    pods: { ...setup.pods, addresses: pods },
  });
  const renamed = Object.entries(variables)
    .filter(([name]) => OWN_VARIABLES.test(name))
    .map(([name, value]) => [name.replace('PROTO41_', 'PROTO41_SECOND_'), value]);
  return Object.fromEntries(renamed);
};

/** `mtuMode` becomes `PROTO41_SWITCH_MTU_MODE`, `icmp4Translate` becomes `PROTO41_SWITCH_ICMP4_TRANSLATE`. */
export const switchVariable = (name: string): string =>
  `PROTO41_SWITCH_${name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}`;

/** `10.2.0.0/16,10.0.0.252`, with `,U2` behind it for another port; `10.3.0.0/16,unreachable`. */
const underlayRouteText = (route: TargetSetup['underlay']['routes'][number]): string => {
  if ('unreachable' in route) return `${route.destination},unreachable`;
  return [route.destination, route.gateway, ...(route.port === undefined ? [] : [route.port])].join(',');
};
