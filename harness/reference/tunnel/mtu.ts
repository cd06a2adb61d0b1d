/** How large a packet the tunnel takes, and what becomes of a larger one (RFC 4213 sections 3.2.1 and 3.2.2). */
import { IPV6, IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import type { NodeConfig } from '../config.ts';
import type { Arrival, ReferenceNode } from '../node.ts';
import { LIMIT_HEADER_BYTES } from '../outer-ipv6/limit.ts';
import { forbidsFragments } from './border-relay.ts';
import { framingBytes } from './framing.ts';

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

/** The tunnel MTU while nothing is known of any path. */
export const initialMtuBytes = ({ mtu: behaviour }: { readonly mtu: MtuBehaviour }, config: NodeConfig): number => {
  const { mtuMode, mtuDefault } = config.switches;
  if (mtuMode === 'static') return config.staticMtuBytes;
  if (mtuDefault === '1280') return IPV6_MINIMUM_MTU;
  return (config.ports.get('U')?.mtuBytes ?? 0) - behaviour.overheadBytes(config);
};

export interface MtuBehaviour {
  overheadBytes(config: NodeConfig): number;
  /** Tunnel MTU in static mode. */
  staticMtuBytes(question: MtuQuestion): number;
  /** The size that is compared with the MTU: the whole IPv6 packet, nothing of the link layer. */
  measuredBytes(inner: Uint8Array): number;
  decide(behaviour: MtuBehaviour, question: MtuQuestion): MtuDecision;
}

/** What becomes of a packet that leaves by a port of this MTU, with what is known of the path to its destination. */
export const decideByPath = (
  { behaviour, config, pathMtus }: ReferenceNode,
  packet: Pick<MtuQuestion, 'inner' | 'original' | 'arrival'>,
  destination: number,
  portMtuBytes: number,
): MtuDecision => {
  const { inner, original, arrival } = packet;
  const pathMtuBytes = pathMtus.get(destination, portMtuBytes);
  const question = { config, inner, original, arrival, destination, portMtuBytes, pathMtuBytes };
  return behaviour.mtu.decide(behaviour.mtu, question);
};

/** Every host takes this much in one piece (RFC 791 section 3.1); below it the path may fragment again, DF being clear. */
const SMALLEST_PIECE_BYTES = 576;

/** RFC 2473 section 7: 40 bytes of IPv6, and 8 of an option that every packet carries. */
const outerHeaderBytes = ({ mapping, switches }: NodeConfig): number => {
  if (mapping.kind !== 'ip6ip6') return IPV4.MINIMUM_HEADER_LENGTH;
  return IPV6.HEADER_LENGTH + (switches.encapLimit === 'off' ? 0 : LIMIT_HEADER_BYTES);
};

export const mtu: MtuBehaviour = {
  overheadBytes: (config) => outerHeaderBytes(config) + framingBytes(config),
  staticMtuBytes: (question) => question.config.staticMtuBytes,
  measuredBytes: (inner) => inner.length,
  decide: (behaviour, question) => {
    const size = behaviour.measuredBytes(question.inner);
    const neverFragment = forbidsFragments(question.config);
    if (question.config.switches.mtuMode === 'static') {
      const limit = behaviour.staticMtuBytes(question);
      if (size > limit) return { kind: 'too-big', mtuBytes: Math.max(limit, IPV6_MINIMUM_MTU) };
      return { kind: 'send', dontFragment: neverFragment, fragmentAboveBytes: question.portMtuBytes };
    }
    const { config, pathMtuBytes } = question;
    // RFC 5969 section 9.1: 1280 where nobody knows what the domain carries.
    const ceiling = config.switches.mtuDefault === '1280' ? IPV6_MINIMUM_MTU : pathMtuBytes;
    const limit = Math.min(pathMtuBytes - behaviour.overheadBytes(config), ceiling);
    // Below the smallest IPv6 MTU the tunnel itself must fragment: nobody else may (RFC 8200 section 5).
    if (size > Math.max(limit, IPV6_MINIMUM_MTU))
      return { kind: 'too-big', mtuBytes: Math.max(limit, IPV6_MINIMUM_MTU) };
    if (neverFragment) return { kind: 'send', dontFragment: true, fragmentAboveBytes: question.portMtuBytes };
    const fragmentAboveBytes = Math.max(question.pathMtuBytes, Math.min(question.portMtuBytes, SMALLEST_PIECE_BYTES));
    return { kind: 'send', dontFragment: limit >= IPV6_MINIMUM_MTU, fragmentAboveBytes };
  },
};
