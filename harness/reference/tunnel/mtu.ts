/** How large a packet the tunnel takes, and what becomes of a larger one (RFC 4213 sections 3.2.1 and 3.2.2). */
import { IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import type { NodeConfig } from '../config.ts';
import type { Arrival } from '../node.ts';

export interface MtuQuestion {
  readonly config: NodeConfig;
  readonly inner: Uint8Array;
  readonly original: Uint8Array;
  readonly arrival: Arrival;
  readonly destination: number;
  /** MTU of the port by which the packet leaves. */
  readonly portMtuBytes: number;
  /** What is known of the path to the destination, at most the MTU of the port. */
  readonly pathMtuBytes: number;
}

export type MtuDecision =
  | { readonly kind: 'send'; readonly dontFragment: boolean; readonly fragmentAboveBytes: number }
  | { readonly kind: 'too-big'; readonly mtuBytes: number }
  | { readonly kind: 'drop' };

export interface MtuBehaviour {
  overheadBytes(config: NodeConfig): number;
  /** Tunnel MTU in static mode. */
  staticMtuBytes(question: MtuQuestion): number;
  /** The size that is compared with the MTU: the whole IPv6 packet, nothing of the link layer. */
  measuredBytes(inner: Uint8Array): number;
  decide(behaviour: MtuBehaviour, question: MtuQuestion): MtuDecision;
}

/** Every host takes this much in one piece (RFC 791 section 3.1); below it the path may fragment again, DF being clear. */
const SMALLEST_PIECE_BYTES = 576;

export const mtu: MtuBehaviour = {
  overheadBytes: (config) => (config.encapsulation.kind === 'fou' ? 28 : 20),
  staticMtuBytes: (question) => question.config.staticMtuBytes,
  measuredBytes: (inner) => inner.length,
  decide: (behaviour, question) => {
    const size = behaviour.measuredBytes(question.inner);
    if (question.config.switches.mtuMode === 'static') {
      const limit = behaviour.staticMtuBytes(question);
      if (size > limit) return { kind: 'too-big', mtuBytes: Math.max(limit, IPV6_MINIMUM_MTU) };
      return { kind: 'send', dontFragment: false, fragmentAboveBytes: question.portMtuBytes };
    }
    const limit = question.pathMtuBytes - behaviour.overheadBytes(question.config);
    // Below the smallest IPv6 MTU the tunnel itself must fragment: nobody else may (RFC 8200 section 5).
    if (size > Math.max(limit, IPV6_MINIMUM_MTU))
      return { kind: 'too-big', mtuBytes: Math.max(limit, IPV6_MINIMUM_MTU) };
    const fragmentAboveBytes = Math.max(question.pathMtuBytes, Math.min(question.portMtuBytes, SMALLEST_PIECE_BYTES));
    return { kind: 'send', dontFragment: limit >= IPV6_MINIMUM_MTU, fragmentAboveBytes };
  },
};
