import type { SetupChanges, TestContext } from '../harness/tester/context.ts';

/** A DUT with a second underlay port, over which its route to N2 leads; N2 in the usual labs. */
export const N2_BEHIND_SECOND_PORT = {
  secondUnderlayPort: true,
  routesOverU2: ['10.0.0.2/32', '192.0.2.20/32'],
} as const satisfies SetupChanges;

/** Moves the route where N2 of the lab is not one of the usual ones. */
export const moveN2BehindSecondPort = async (t: TestContext): Promise<void> => {
  const route = `${t.lab.n2.ipv4.toString()}/32`;
  const usual: readonly string[] = N2_BEHIND_SECOND_PORT.routesOverU2;
  if (!usual.includes(route)) await t.restart({ ...N2_BEHIND_SECOND_PORT, routesOverU2: [route] });
};
