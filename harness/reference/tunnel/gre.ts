/** GRE with an IPv6 payload (RFC 2784 section 2, RFC 2890, RFC 7676 section 2). */
import { readUint16, writeUint16 } from '../../packet/bytes.ts';
import { internetChecksum } from '../../packet/checksum.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';

export const GRE_BASE_BYTES = 4;
const CHECKSUM_PRESENT = 0x8000;
/** Bits 1 to 5, of which a receiver that does not implement what they announce discards the packet (RFC 2784 section 2.3). */
const MUST_BE_KNOWN = 0x7c00;
const VERSION = 0x0007;

export interface GreBehaviour {
  readonly protocolType: number;
  wrapped(behaviour: GreBehaviour, inner: Uint8Array): Uint8Array;
  /** The inner packet, undefined for what must be dropped. */
  open(behaviour: GreBehaviour, payload: Uint8Array): Uint8Array | undefined;
  /** Whether the flags announce nothing that the node does not implement: no key and no sequence number is configured. */
  flagsAreKnown(flags: number): boolean;
  checksumIsGood(payload: Uint8Array): boolean;
}

export const gre: GreBehaviour = {
  protocolType: ETHER_TYPE.IPV6,
  wrapped: ({ protocolType }, inner) => {
    const packet = new Uint8Array(GRE_BASE_BYTES + inner.length);
    writeUint16(packet, 2, protocolType);
    packet.set(inner, GRE_BASE_BYTES);
    return packet;
  },
  open: (behaviour, payload) => {
    if (payload.length < GRE_BASE_BYTES) return undefined;
    const flags = readUint16(payload, 0);
    if (!behaviour.flagsAreKnown(flags) || readUint16(payload, 2) !== ETHER_TYPE.IPV6) return undefined;
    if ((flags & CHECKSUM_PRESENT) === 0) return payload.subarray(GRE_BASE_BYTES);
    // The checksum and the reserved word behind it.
    const content = payload.subarray(GRE_BASE_BYTES + 4);
    return content.length > 0 && behaviour.checksumIsGood(payload) ? content : undefined;
  },
  flagsAreKnown: (flags) => (flags & (MUST_BE_KNOWN | VERSION)) === 0,
  checksumIsGood: (payload) => internetChecksum(payload) === 0,
};
