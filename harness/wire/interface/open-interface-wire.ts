import type { InterfaceBackend, InterfaceWire, InterfaceWireOptions } from './interface-wire.ts';
import { AfPacketWire } from './afpacket-wire.ts';
import { openLibpcapWire } from './libpcap-wire.ts';

/**
 * Opens a wire on a network interface, in the network namespace that the thread is in when this is called: nothing here
 * awaits before sockets and processes are made.
 *
 * @throws WireError `WIRE_INTERFACE_GONE`, `WIRE_UNAVAILABLE`
 */
export const openInterfaceWire = async (
  backend: InterfaceBackend,
  options: InterfaceWireOptions,
): Promise<InterfaceWire> => (backend === 'afpacket' ? new AfPacketWire(options) : openLibpcapWire(backend, options));
