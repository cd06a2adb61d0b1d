import { AfPacketWire } from '../../wire/interface/afpacket-wire.ts';
import type { PortName, Wire } from '../../wire/wire.ts';
import { ip } from './links.ts';
import { NetworkNamespace } from './network-namespace.ts';
import { silenceTester, switchOffloadsOff } from './quiet.ts';

/** Two wires at the ends of one pair of devices: what one sends the other receives, and nobody is in between. */
export interface Loop extends AsyncDisposable {
  readonly wires: ReadonlyMap<PortName, Wire>;
}

const ENDS = [
  ['P', 'loop-p'],
  ['U', 'loop-u'],
] as const satisfies readonly (readonly [PortName, string])[];

/** In a namespace of its own, which goes with this process. @throws NetnsError, WireError */
export const openLoop = async (mtuBytes: number): Promise<Loop> => {
  const namespace = NetworkNamespace.create();
  try {
    const wires = namespace.enter(() => {
      silenceTester();
      const [[, near], [, far]] = ENDS;
      ip([`link add name ${near} type veth peer name ${far}`]);
      for (const [, name] of ENDS) switchOffloadsOff(name);
      ip(ENDS.map(([, name]) => `link set dev ${name} mtu ${String(mtuBytes)} up`));
      return new Map<PortName, Wire>(
        ENDS.map(([port, interfaceName]) => [port, new AfPacketWire({ port, interfaceName })]),
      );
    });
    return {
      wires,
      [Symbol.asyncDispose]: async () => {
        await Promise.all([...wires.values()].map((wire) => wire.close()));
        namespace[Symbol.dispose]();
      },
    };
  } catch (error) {
    namespace[Symbol.dispose]();
    throw error;
  }
};
