/** ICMPv4 errors about packets that the node has encapsulated (RFC 4213 section 3.4). */
import { readUint16, readUint32 } from '../../packet/bytes.ts';
import { ICMPV4_TYPE, ICMPV4_UNREACHABLE } from '../../packet/icmpv4-types.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import type { NodeConfig } from '../config.ts';
import { ihlBytes } from '../ipv4/checks.ts';
import { isSpecial } from '../ipv4/special.ts';
import type { Icmpv6Error } from '../ipv6/icmpv6-error.ts';
import type { ReferenceNode } from '../node.ts';
import { framingBytes, framingProtocol, isInUdp } from './framing.ts';

/** RFC 4443 section 3.1: an error must name its packet; 8 bytes behind the IPv6 header are what a source recognises it by. */
const RECOGNISABLE_BYTES = 48;
/** A later fragment has no inner header. */
const FRAGMENT_OFFSET_MASK = 0x1fff;

export interface Icmpv4ErrorBehaviour {
  /** Types of ICMPv4 errors that say something of a tunnel endpoint; the others, Redirects among them, change nothing in the tunnel. */
  concerns(type: number | undefined): boolean;
  /** Whether the quote is of a tunnel packet of this node, as far as it reaches. */
  isOurs(node: ReferenceNode, quote: Uint8Array): boolean;
  learns(config: NodeConfig): boolean;
  translation(config: NodeConfig, type: number, code: number): Icmpv6Error | undefined;
  /** Where the quote ends: before extension objects (RFC 4884 section 4). */
  quoteLengthBytes(message: Uint8Array): number;
  /** The inner packet in a quote, undefined when too little of it is there. */
  quotedInner(config: NodeConfig, quote: Uint8Array): Uint8Array | undefined;
  /** Whether the inner source is one of the node's own pods, the only ones that are told. */
  mayTell(node: ReferenceNode, inner: Uint8Array): boolean;
}

export const icmpv4Errors: Icmpv4ErrorBehaviour = {
  concerns: (type) => type === ICMPV4_TYPE.DESTINATION_UNREACHABLE || type === ICMPV4_TYPE.TIME_EXCEEDED,
  isOurs: (node, quote) => {
    const { config } = node;
    if (quote.length < IPV4.MINIMUM_HEADER_LENGTH + 8 || (quote[0] ?? 0) >>> 4 !== 4 || ihlBytes(quote) < 20)
      return false;
    if (readUint32(quote, IPV4.SOURCE) !== config.tunnelAddress) return false;
    const destination = readUint32(quote, IPV4.DESTINATION);
    if (
      config.mapping.kind === '6in4'
        ? destination !== config.mapping.remote
        : isSpecial(node.behaviour.sanity, config, destination)
    ) {
      return false;
    }
    if (quote[IPV4.PROTOCOL] !== framingProtocol(config)) return false;
    return !isInUdp(config) || node.behaviour.udp.listensOn(config, readUint16(quote, ihlBytes(quote) + 2));
  },
  learns: (config) => config.switches.mtuMode === 'dynamic',
  translation: (config, type, code) => {
    const { icmp4Translate } = config.switches;
    if (icmp4Translate === 'none') return undefined;
    if (type === ICMPV4_TYPE.DESTINATION_UNREACHABLE) return { type: 1, code: 3, parameter: 0 };
    if (code !== 0) return undefined;
    return icmp4Translate === 'linux' ? { type: 3, code: 0, parameter: 0 } : { type: 1, code: 3, parameter: 0 };
  },
  quoteLengthBytes: (message) => {
    const words = message[5] ?? 0;
    return words === 0 ? message.length - 8 : Math.min(words * 4, message.length - 8);
  },
  quotedInner: (config, quote) => {
    if ((readUint16(quote, IPV4.FLAGS_FRAGMENT_OFFSET) & FRAGMENT_OFFSET_MASK) !== 0) return undefined;
    const at = ihlBytes(quote) + framingBytes(config);
    const inner = quote.subarray(at);
    if (inner.length < IPV6.HEADER_LENGTH || (inner[0] ?? 0) >>> 4 !== 6) return undefined;
    const whole = IPV6.HEADER_LENGTH + readUint16(inner, IPV6.PAYLOAD_LENGTH);
    if (inner.length < Math.min(RECOGNISABLE_BYTES, whole)) return undefined;
    return inner.subarray(0, Math.min(whole, inner.length));
  },
  mayTell: (node, inner) => node.behaviour.mapping.contains(node.config.nodePrefix, inner, IPV6.SOURCE),
};

/** An error of a type that concerns the tunnel, its checksum verified. */
export const receiveTunnelError = (receiver: ReferenceNode, message: Uint8Array): void => {
  const behaviour = receiver.behaviour.icmpv4Errors;
  const type = message[0] ?? 0;
  const code = message[1] ?? 0;
  const quote = message.subarray(8, 8 + behaviour.quoteLengthBytes(message));
  const node = [receiver, receiver.second].find((tunnel) => tunnel !== undefined && behaviour.isOurs(tunnel, quote));
  if (node === undefined) return;
  if (type === ICMPV4_TYPE.DESTINATION_UNREACHABLE && code === ICMPV4_UNREACHABLE.FRAGMENTATION_NEEDED) {
    if (behaviour.learns(node.config)) learn(node, message, quote);
    return;
  }
  if (node.behaviour.accounting.recordsTunnelErrors) node.accounts.count('icmpv4Errors');
  const error = behaviour.translation(node.config, type, code);
  const inner = error ? behaviour.quotedInner(node.config, quote) : undefined;
  if (error && inner && behaviour.mayTell(node, inner)) node.paths.reportError(error, inner, { via: 'pods' });
};

const learn = (node: ReferenceNode, message: Uint8Array, quote: Uint8Array): void => {
  const destination = readUint32(quote, IPV4.DESTINATION);
  const route = node.behaviour.ipv4.route(node.config, destination);
  if (!route) return;
  const portMtuBytes = node.config.ports.get(route.port)?.mtuBytes ?? 0;
  node.pathMtus.lower(destination, portMtuBytes, message, readUint16(quote, IPV4.TOTAL_LENGTH));
};
