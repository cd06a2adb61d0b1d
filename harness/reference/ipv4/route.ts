import type { PortName } from '../../wire/wire.ts';
import type { NodeConfig } from '../config.ts';
import { inNet } from './net.ts';

export interface Ipv4Route {
  readonly port: PortName;
  /** The address whose link-layer address the frame gets. */
  readonly nextHop: number;
}

/** The longest prefix wins; of two with one length the later, as if each route replaced what is there. Undefined: nothing, or `unreachable`. */
export const routeIpv4 = (config: NodeConfig, destination: number): Ipv4Route | undefined => {
  let best = -1;
  let route: Ipv4Route | undefined;
  for (const local of config.localAddresses) {
    if (local.prefixLength > best && inNet({ address: local.address, length: local.prefixLength }, destination)) {
      best = local.prefixLength;
      route = { port: local.port, nextHop: destination };
    }
  }
  for (const entry of config.underlayRoutes) {
    if (entry.net.length < best || !inNet(entry.net, destination)) continue;
    best = entry.net.length;
    route = entry.gateway === undefined ? undefined : { port: entry.port, nextHop: entry.gateway };
  }
  return route;
};
