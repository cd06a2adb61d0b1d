/** The Ethernet attachments of the DUT: pods, underlay, and a second underlay for the few cases that need one. */
export const PORT_NAMES = ['P', 'U', 'U2'] as const;
export type PortName = (typeof PORT_NAMES)[number];
