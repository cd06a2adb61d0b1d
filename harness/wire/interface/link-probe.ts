import { WireError } from '../wire-error.ts';
import { controlDevice, hasErrorName } from './system-calls.ts';

// Interface requests (netdevice(7)): `struct ifreq` is a name of 16 bytes and an answer of up to 24.
const REQUEST_BYTES = 40;
const NAME_BYTES = 16;
const SIOCGIFNAME = 0x8910;
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFINDEX = 0x8933;
const IFF_UP = 1;

export type LinkState = 'up' | 'down' | 'gone';

/** Index of an interface in the network namespace of a socket. Throws WireError `WIRE_INTERFACE_GONE`. */
export const interfaceIndexOf = (socket: number, name: string): number => {
  const { view, bytes } = interfaceRequest(name);
  try {
    controlDevice(socket, SIOCGIFINDEX, bytes);
  } catch (error) {
    if (!hasErrorName(error, 'ENODEV')) throw error;
    throw new WireError('WIRE_INTERFACE_GONE', `expected a network interface ${name}, found none`, error);
  }
  return view.getInt32(NAME_BYTES, true);
};

/** The index names the interface for good, whatever it is renamed to. */
export const linkStateOf = (socket: number, interfaceIndex: number): LinkState => {
  const { view, bytes } = interfaceRequest('');
  try {
    view.setInt32(NAME_BYTES, interfaceIndex, true);
    controlDevice(socket, SIOCGIFNAME, bytes);
    controlDevice(socket, SIOCGIFFLAGS, bytes);
  } catch (error) {
    if (hasErrorName(error, 'ENODEV', 'ENXIO')) return 'gone';
    throw error;
  }
  return (view.getUint16(NAME_BYTES, true) & IFF_UP) === 0 ? 'down' : 'up';
};

/** `struct ifreq` with a name in it; the answer, or a pointer, goes behind the name. Throws RangeError. */
export const interfaceRequest = (name: string): { readonly view: DataView; readonly bytes: Uint8Array } => {
  const view = new DataView(new ArrayBuffer(REQUEST_BYTES));
  const bytes = new Uint8Array(view.buffer);
  const nameBytes = new TextEncoder().encode(name);
  if (nameBytes.length >= NAME_BYTES)
    throw new RangeError(`expected an interface name of up to ${NAME_BYTES - 1} bytes, found ${JSON.stringify(name)}`);
  bytes.set(nameBytes);
  return { view, bytes };
};

/** What a link that is not up means for a wire. */
export const linkProblem = (
  state: Exclude<LinkState, 'up'>,
  { port, interfaceName }: { readonly port: string; readonly interfaceName: string },
  cause?: unknown,
): WireError =>
  state === 'gone'
    ? new WireError('WIRE_INTERFACE_GONE', `the network interface ${interfaceName} (port ${port}) vanished`, cause)
    : new WireError('WIRE_LINK_DOWN', `expected ${interfaceName} (port ${port}) up, found it down`, cause);
