/** What stands between the outer IP header and the inner packet. */
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { NodeConfig } from '../config.ts';
import type { ReferenceNode } from '../node.ts';
import { GUE_BASE_BYTES } from './gue.ts';
import { GRE_BASE_BYTES } from './gre.ts';
import { buildUdp, UDP_HEADER_BYTES } from './udp.ts';

export const isInUdp = ({ encapsulation: { kind } }: NodeConfig): boolean => kind === 'fou' || kind === 'gue';

/** Bytes of everything between the outer IP header and the inner packet. */
export const framingBytes = (config: NodeConfig): number => {
  switch (config.encapsulation.kind) {
    case 'protocol-41':
      return 0;
    case 'fou':
      return UDP_HEADER_BYTES;
    case 'gue':
      return UDP_HEADER_BYTES + (config.switches.gueVariant === '1' ? 0 : GUE_BASE_BYTES);
    case 'gre':
      return GRE_BASE_BYTES;
  }
};

/** Protocol number of the framing in the outer header. */
export const framingProtocol = (config: NodeConfig): number => {
  if (isInUdp(config)) return PROTOCOL.UDP;
  return config.encapsulation.kind === 'gre' ? PROTOCOL.GRE : PROTOCOL.IPV6;
};

/** The payload of the outer packet for an inner one; the addresses are those of the outer header. */
export const framed = (
  node: ReferenceNode,
  inner: Uint8Array,
  source: Uint8Array,
  destination: Uint8Array,
): Uint8Array => {
  const { behaviour, config } = node;
  switch (config.encapsulation.kind) {
    case 'protocol-41':
      return inner;
    case 'gre':
      return behaviour.gre.wrapped(behaviour.gre, inner);
    case 'fou':
      return buildUdp(behaviour.udp, config, behaviour.udp.shim, inner, source, destination);
    case 'gue':
      return buildUdp(behaviour.udp, config, behaviour.gue.header(config), inner, source, destination);
  }
};
