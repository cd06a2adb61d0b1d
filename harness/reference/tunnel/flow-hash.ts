import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { readUint32 } from '../../packet/bytes.ts';
import { upperLayerOf } from '../ipv6/packet.ts';

const mix = (hash: number, value: number): number => {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
};

/**
 * A hash of what all packets of a flow share: addresses, flow label, protocol and ports (RFC 6438 section 3).
 * Ports are left out of every fragment, the first included, so that the fragments of one packet take one way.
 */
export const flowHash = (inner: Uint8Array): number => {
  let hash = readUint32(inner, 0) & 0xfffff;
  for (let at: number = IPV6.SOURCE; at < IPV6.HEADER_LENGTH; at += 4) hash = mix(hash, readUint32(inner, at));
  const upper = upperLayerOf(inner);
  hash = mix(hash, upper.protocol);
  const hasPorts = upper.protocol === PROTOCOL.TCP || upper.protocol === PROTOCOL.UDP;
  if (hasPorts && !upper.fragmented && upper.offset + 4 <= inner.length)
    hash = mix(hash, readUint32(inner, upper.offset));
  return (hash ^ (hash >>> 14)) >>> 0;
};
