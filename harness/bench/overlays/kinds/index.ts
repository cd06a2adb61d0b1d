import type { Overlay } from '../overlay.ts';
import { advertisedRoutes } from './advertised-routes.ts';
import { ipv4Proxy } from './ipv4-proxy.ts';
import { gre, ip6ip6 } from './light-weight.ts';
import { nativeRoutes } from './native-routes.ts';
import { fou, protocol41 } from './stateless.ts';
import { vxlan } from './vxlan.ts';
import { wireguard } from './wireguard.ts';

/** All that are compared, in the order of the table. */
export const OVERLAYS: readonly Overlay[] = [
  nativeRoutes,
  advertisedRoutes,
  protocol41,
  fou,
  gre,
  ip6ip6,
  vxlan,
  wireguard,
  ipv4Proxy,
];
