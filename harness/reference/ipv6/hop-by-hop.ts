/** Hop-by-hop options on a router that processes them (RFC 8200 sections 4.2 and 4.3). */
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { Icmpv6Error } from './icmpv6-error.ts';
import { isMulticast } from './special.ts';

const PAD_1 = 0;
const KNOWN: ReadonlySet<number> = new Set([1, 5]); // PadN, Router Alert (RFC 2711)

/** The two highest bits of an unknown option's type say what is done with the packet. */
export const processHopByHop = (packet: Uint8Array): 'pass' | 'drop' | Icmpv6Error => {
  if (packet[IPV6.NEXT_HEADER] !== PROTOCOL.HOP_BY_HOP) return 'pass';
  const end = IPV6.HEADER_LENGTH + ((packet[IPV6.HEADER_LENGTH + 1] ?? 0) + 1) * 8;
  if (end > packet.length) return 'drop';
  for (let at = IPV6.HEADER_LENGTH + 2; at < end;) {
    const type = packet[at] ?? 0;
    if (type === PAD_1) {
      at += 1;
      continue;
    }
    if (!KNOWN.has(type)) {
      const action = type >>> 6;
      const problem: Icmpv6Error = { type: 4, code: 2, parameter: at };
      if (action === 1) return 'drop';
      if (action === 2) return problem;
      if (action === 3) return isMulticast(packet, IPV6.DESTINATION) ? 'drop' : problem;
    }
    at += 2 + (packet[at + 1] ?? 0);
  }
  return 'pass';
};
