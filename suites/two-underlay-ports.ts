import type { SetupChanges, TestContext } from '../harness/tester/context.ts';

/**
 * A DUT with a second underlay port, over which its routes to N2 of the usual labs and to networks far from the segment lead: 10.9.0.0/16
 * in an overlay of private addresses, 9.9.9.0/24 in 6to4. One set-up for every case that needs the port.
 */
export const SECOND_UNDERLAY_PORT = {
  secondUnderlayPort: true,
  routesOverU2: ['10.0.0.2/32', '192.0.2.20/32', '9.9.9.0/24', '10.9.0.0/16'],
} as const satisfies SetupChanges;

/** Moves the route where N2 of the lab is not one of the usual ones. */
export const moveN2BehindSecondPort = async (t: TestContext): Promise<void> => {
  const route = `${t.lab.n2.ipv4.toString()}/32`;
  const usual: readonly string[] = SECOND_UNDERLAY_PORT.routesOverU2;
  if (!usual.includes(route)) await t.restart({ ...SECOND_UNDERLAY_PORT, routesOverU2: [route] });
};
