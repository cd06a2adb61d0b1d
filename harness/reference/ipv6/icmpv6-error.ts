/** ICMPv6 errors (RFC 4443 sections 2.2, 2.4 and 3). */
import { concat, writeUint16, writeUint32 } from '../../packet/bytes.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6, IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { Arrival, ReferenceNode } from '../node.ts';
import { tunnelTo } from '../tunnel/second.ts';
import { buildIpv6, upperLayerChecksum, upperLayerOf } from './packet.ts';
import { isLoopback, isMulticast, isUnspecified } from './special.ts';

export interface Icmpv6Error {
  readonly type: number;
  readonly code: number;
  /** The second word: MTU of a Packet Too Big, pointer of a Parameter Problem, otherwise zero. */
  readonly parameter: number;
}

export interface Icmpv6Behaviour {
  /** RFC 4443 section 2.4 (e). */
  mayReport(error: Icmpv6Error, offending: Uint8Array): boolean;
  /** Whether an error of this type spends from the rate limit; path MTU discovery must not starve, as on Linux. */
  isLimited(error: Icmpv6Error): boolean;
  /** RFC 4443 section 2.2 (b): as for any other packet to that destination, native to native (RFC 6724 section 5). */
  source(node: ReferenceNode, error: Icmpv6Error, offending: Uint8Array, arrival: Arrival): Uint8Array;
  destination(offending: Uint8Array, arrival: Arrival): Uint8Array;
  code(error: Icmpv6Error): number;
  /** The four bytes after the checksum. */
  parameterWord(error: Icmpv6Error): Uint8Array;
  /** As much as fits without the error exceeding the smallest IPv6 MTU. */
  quote(node: ReferenceNode, offending: Uint8Array, error: Icmpv6Error): Uint8Array;
  checksum(packet: Uint8Array, error: Icmpv6Error): number;
  send(node: ReferenceNode, packet: Uint8Array, error: Icmpv6Error, arrival: Arrival): void;
}

const QUOTE_LIMIT_BYTES = IPV6_MINIMUM_MTU - IPV6.HEADER_LENGTH - 8;

export const icmpv6: Icmpv6Behaviour = {
  mayReport: (error, offending) => {
    const upper = upperLayerOf(offending);
    const type = offending[upper.offset];
    if (upper.protocol === PROTOCOL.ICMPV6 && !upper.laterFragment && type !== undefined) {
      if (type < 128 || type === ICMPV6_TYPE.REDIRECT) return false;
    }
    const aboutGroups = error.type === ICMPV6_TYPE.PACKET_TOO_BIG || (error.type === 4 && error.code === 2);
    if (isMulticast(offending, IPV6.DESTINATION) && !aboutGroups) return false;
    return [isUnspecified, isMulticast, isLoopback].every((isUnfit) => !isUnfit(offending, IPV6.SOURCE));
  },
  isLimited: (error) => error.type !== ICMPV6_TYPE.PACKET_TOO_BIG,
  source: (node, _error, offending, arrival) => {
    if (arrival.via === 'tunnel') return tunnelTo(node, offending, IPV6.SOURCE).config.overlayAddress;
    const { behaviour, config } = node;
    const nativeNets = [config.nativePrefix, ...config.nativeRoutes.map(({ net }) => net)];
    const isNative = nativeNets.some((net) => behaviour.mapping.contains(net, offending, IPV6.SOURCE));
    return isNative ? config.nativeAddress : config.overlayAddress;
  },
  destination: (offending) => offending.subarray(IPV6.SOURCE, IPV6.SOURCE + 16),
  code: (error) => error.code,
  parameterWord: (error) => {
    const word = new Uint8Array(4);
    writeUint32(word, 0, error.parameter);
    return word;
  },
  quote: (_node, offending) => offending.subarray(0, QUOTE_LIMIT_BYTES),
  checksum: (packet) => upperLayerChecksum(packet, IPV6.HEADER_LENGTH, PROTOCOL.ICMPV6),
  send: (node, packet, _error, arrival) => {
    // Only the way the packet came from: a forged source must not make the node tell somebody else.
    node.paths.originate(packet, arrival.via === 'tunnel' ? 'tunnel' : 'pods', true);
  },
};

/** Tells the source of `offending` what became of it, unless RFC 4443 forbids or the rate limit is spent. */
export const reportError = (node: ReferenceNode, error: Icmpv6Error, offending: Uint8Array, arrival: Arrival): void => {
  const { icmpv6: behaviour } = node.behaviour;
  if (arrival.via === 'self' || !behaviour.mayReport(error, offending)) return;
  const destination = behaviour.destination(offending, arrival);
  if (behaviour.isLimited(error) && !node.errorBudget.take(node.clock.nowMs(), destination)) return;
  const packet = buildIpv6({
    source: behaviour.source(node, error, offending, arrival),
    destination,
    nextHeader: PROTOCOL.ICMPV6,
    payload: concat(
      Uint8Array.of(error.type, behaviour.code(error), 0, 0),
      behaviour.parameterWord(error),
      behaviour.quote(node, offending, error),
    ),
  });
  writeUint16(packet, IPV6.HEADER_LENGTH + 2, behaviour.checksum(packet, error));
  behaviour.send(node, packet, error, arrival);
};
