import type { TargetSetup } from './setup.ts';

/**
 * What single cases ask for beyond an ordinary set-up. A target that knows nothing of one of these would come up without it, and
 * the case would judge something that was never set up; so a target is asked only for those that its manifest names.
 */
export const SETUP_EXTRAS = [
  /** `secondTunnel`. */
  'second-tunnel',
  /** `overlay.tunnelSubnet`. */
  'tunnel-subnet',
  /** `underlay.routesIntoTunnel`. */
  'routes-into-tunnel',
  /** `pods.mtu` is `chosen`. */
  'pod-mtu',
  /** `logging` is `off`. */
  'logging',
] as const;
export type SetupExtra = (typeof SETUP_EXTRAS)[number];

/** Those that a set-up asks for. */
export const extrasOf = ({ secondTunnel, overlay, underlay, pods, logging }: TargetSetup): readonly SetupExtra[] => {
  const asked: Readonly<Record<SetupExtra, boolean>> = {
    'second-tunnel': secondTunnel !== undefined,
    'tunnel-subnet': overlay.tunnelSubnet !== undefined,
    'routes-into-tunnel': (underlay.routesIntoTunnel ?? []).length > 0,
    'pod-mtu': pods.mtu === 'chosen',
    logging: logging === 'off',
  };
  return SETUP_EXTRAS.filter((extra) => asked[extra]);
};
