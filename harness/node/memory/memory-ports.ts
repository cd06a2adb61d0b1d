import { PORT_NAMES, type PortName } from '../../wire/wire.ts';
import type { NodePort } from '../node.ts';

const MAXIMUM_MTU_BYTES = 65_535;

/** How the ports of a node in this process look from inside. */
export const MEMORY_PORTS: ReadonlyMap<PortName, NodePort> = new Map(
  PORT_NAMES.map((port, index): [PortName, NodePort] => [
    port,
    {
      interfaceName: `eth${String(index)}`,
      macAddress: `02:41:00:00:00:0${String(index + 1)}`,
      maximumMtuBytes: MAXIMUM_MTU_BYTES,
    },
  ]),
);
