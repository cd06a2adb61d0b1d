import type { PortName, Wire } from '../wire.ts';
import type { WireError } from '../wire-error.ts';

/** How frames get to a network interface and back. */
export const INTERFACE_BACKENDS = ['afpacket', 'pcap', 'cap'] as const;
export type InterfaceBackend = (typeof INTERFACE_BACKENDS)[number];

export interface InterfaceWireOptions {
  readonly port: PortName;
  /** A network interface of the namespace that the thread is in. Nothing else may listen or speak on it. */
  readonly interfaceName: string;
}

/** A wire that ends at a network interface of this machine. */
export interface InterfaceWire extends Wire {
  /** Called with what went wrong without ending the wire: `WIRE_LINK_DOWN`. */
  onProblem(listener: (problem: WireError) => void): () => void;
  /** Ends the wire as a crash of the DUT does. */
  fail(reason: Error): void;
}
