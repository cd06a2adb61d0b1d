/** The Tunnel Encapsulation Limit option (RFC 2473 sections 4.1.1 and 5.1). */
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { NodeConfig } from '../config.ts';

const LIMIT_OPTION = 4;
const PAD1 = 0;
const PADN = 1;
export const LIMIT_HEADER_BYTES = 8;

/** What the option in a packet says, and where its value stands. */
export interface FoundLimit {
  readonly limit: number;
  readonly at: number;
}

export interface LimitBehaviour {
  /** The option in the extension headers of a packet on its way into the tunnel. */
  found(inner: Uint8Array): FoundLimit | undefined;
  /** The limit that the outer header carries, undefined for none. */
  carried(config: NodeConfig, found: FoundLimit | undefined): number | undefined;
}

export const limit: LimitBehaviour = {
  found: (inner) => {
    let protocol = inner[IPV6.NEXT_HEADER];
    let at: number = IPV6.HEADER_LENGTH;
    while ((protocol === PROTOCOL.HOP_BY_HOP || protocol === PROTOCOL.DESTINATION_OPTIONS) && at + 8 <= inner.length) {
      const end = Math.min(at + ((inner[at + 1] ?? 0) + 1) * 8, inner.length);
      const found = protocol === PROTOCOL.DESTINATION_OPTIONS ? optionIn(inner, at + 2, end) : undefined;
      if (found !== undefined) return found;
      protocol = inner[at];
      at = end;
    }
    return undefined;
  },
  carried: ({ switches }, found) => {
    if (found !== undefined) return found.limit - 1;
    return switches.encapLimit === 'off' ? undefined : Number(switches.encapLimit);
  },
};

const optionIn = (bytes: Uint8Array, start: number, end: number): FoundLimit | undefined => {
  for (let at = start; at + 2 <= end; at += bytes[at] === PAD1 ? 1 : 2 + (bytes[at + 1] ?? 0)) {
    const value = bytes[at + 2];
    if (bytes[at] === LIMIT_OPTION && bytes[at + 1] === 1 && at + 3 <= end && value !== undefined)
      return { limit: value, at: at + 2 };
  }
  return undefined;
};

/** A Destination Options header with the option, padded to 8 bytes (RFC 2473 section 5.1). */
export const limitHeader = (value: number, nextHeader: number): Uint8Array =>
  Uint8Array.of(nextHeader, 0, LIMIT_OPTION, 1, value, PADN, 1, 0);
