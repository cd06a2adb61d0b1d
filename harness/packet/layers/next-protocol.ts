import { ETHER_TYPE } from '../ether-types.ts';
import type { Layer } from '../layer.ts';
import { PROTOCOL } from '../protocol-numbers.ts';

/** IEEE 802 Local Experimental EtherType 1, for bytes that no protocol claims. */
const LOCAL_EXPERIMENTAL = 0x88b5;

/** The protocol number of a layer behind an IP header; nothing is "No Next Header", plain bytes are an experiment. */
export function protocolOf(next: Layer | undefined): number {
  return next === undefined ? PROTOCOL.NO_NEXT_HEADER : (next.protocolNumber ?? PROTOCOL.EXPERIMENT);
}

/** The EtherType of a layer behind Ethernet or GRE. */
export function etherTypeOf(next: Layer | undefined): number {
  if (next?.kind === 'ethernet') return ETHER_TYPE.TRANSPARENT_ETHERNET_BRIDGING;
  return next?.etherType ?? LOCAL_EXPERIMENTAL;
}
