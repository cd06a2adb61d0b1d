/** From bytes to headers. Never throws, whatever the bytes are. */
import type { Decoded } from './decoded.ts';
import {
  decodeAh,
  decodeDestinationOptions,
  decodeEsp,
  decodeFragment,
  decodeHopByHop,
  decodeRouting,
} from './decode/extension.ts';
import { decodeGre } from './decode/gre.ts';
import { decodeIcmpv4, decodeIcmpv6 } from './decode/icmp.ts';
import { decodeIpv4, decodeIpv6 } from './decode/ip.ts';
import { decodeArp, decodeEthernet, decodeVlan } from './decode/link.ts';
import { NO_ISSUES, stopAt, type Decoder, type DecodeState, type Next, type TunnelKind } from './decode/state.ts';
import { decodeTcp } from './decode/tcp.ts';
import { decodeUdp } from './decode/udp.ts';
import { ETHER_TYPE } from './ether-types.ts';
import { PROTOCOL } from './protocol-numbers.ts';

export * from './decoded.ts';
export type { TunnelKind } from './decode/state.ts';

/** The header that the bytes begin with. */
export type DecodeStart = 'ethernet' | 'ipv4' | 'ipv6';

export interface DecodeOptions {
  /** UDP destination ports that carry tunnelled packets; any other UDP payload stays payload. */
  readonly tunnelPorts?: Readonly<Record<number, TunnelKind>>;
}

/** More headers than any sensible packet has; keeps hostile chains of empty headers short. */
const MAXIMUM_LAYERS = 64;

/** How many ICMP errors may quote each other. */
const MAXIMUM_QUOTE_DEPTH = 4;

const BY_ETHER_TYPE: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [ETHER_TYPE.ARP, decodeArp],
  [ETHER_TYPE.IPV4, decodeIpv4],
  [ETHER_TYPE.IPV6, decodeIpv6],
  [ETHER_TYPE.SERVICE_VLAN, decodeVlan],
  [ETHER_TYPE.TRANSPARENT_ETHERNET_BRIDGING, decodeEthernet],
  [ETHER_TYPE.VLAN, decodeVlan],
]);

const BY_PROTOCOL: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [PROTOCOL.AH, decodeAh],
  [PROTOCOL.DESTINATION_OPTIONS, decodeDestinationOptions],
  [PROTOCOL.ESP, decodeEsp],
  [PROTOCOL.ETHERNET, decodeEthernet],
  [PROTOCOL.FRAGMENT, decodeFragment],
  [PROTOCOL.GRE, decodeGre],
  [PROTOCOL.HOP_BY_HOP, decodeHopByHop],
  [PROTOCOL.ICMPV4, decodeIcmpv4],
  [PROTOCOL.ICMPV6, decodeIcmpv6],
  [PROTOCOL.IPV4, decodeIpv4],
  [PROTOCOL.IPV6, decodeIpv6],
  [PROTOCOL.ROUTING, decodeRouting],
  [PROTOCOL.TCP, decodeTcp],
  [PROTOCOL.UDP, decodeUdp],
]);

const START: Readonly<Record<DecodeStart, Decoder>> = {
  ethernet: decodeEthernet,
  ipv4: decodeIpv4,
  ipv6: decodeIpv6,
};

/**
 * All headers of a packet, outermost first, and where and why understanding ended, if it did.
 *
 * The result refers to the given bytes (payloads and quotes are views); they must not change while it is in use.
 */
export function decode(bytes: Uint8Array, start: DecodeStart = 'ethernet', options: DecodeOptions = {}): Decoded {
  const ports = Object.entries(options.tunnelPorts ?? {}).map(([port, kind]): [number, TunnelKind] => [
    Number(port),
    kind,
  ]);
  return run(bytes, start, new Map(ports), false, 0);
}

function run(
  bytes: Uint8Array,
  start: DecodeStart,
  tunnelPorts: ReadonlyMap<number, TunnelKind>,
  incomplete: boolean,
  depth: number,
): Decoded {
  const state: DecodeState = {
    bytes,
    tunnelPorts,
    layers: [],
    stop: undefined,
    trailerOffset: undefined,
    incomplete,
    addresses: undefined,
    decodeQuoted: (quoted, quotedStart) =>
      depth < MAXIMUM_QUOTE_DEPTH ? run(quoted, quotedStart, tunnelPorts, true, depth + 1) : undefined,
  };
  let next = START[start](state, 0, bytes.length);
  while (next !== undefined) {
    if (state.layers.length >= MAXIMUM_LAYERS) {
      stopAt(state, 'payload', next.at, `more than ${MAXIMUM_LAYERS} headers`);
      break;
    }
    const decoder = decoderOf(next);
    next = decoder === undefined ? addPayload(state, next) : decoder(state, next.at, next.end);
  }
  return {
    bytes,
    layers: state.layers,
    ...(state.stop === undefined ? {} : { stop: state.stop }),
    ...(state.trailerOffset === undefined ? {} : { trailerOffset: state.trailerOffset }),
  };
}

function decoderOf({ table, number }: Next): Decoder | undefined {
  if (table === 'ether-type') return BY_ETHER_TYPE.get(number);
  // Hop-by-Hop and the other IPv6 headers are also decoded behind IPv4, where they show up as what they are.
  return table === 'ip-protocol' ? BY_PROTOCOL.get(number) : undefined;
}

function addPayload(state: DecodeState, { at, end }: Next): undefined {
  if (at >= end) return undefined;
  const data = state.bytes.subarray(at, end);
  state.layers.push({ kind: 'payload', offset: at, headerLengthBytes: 0, endOffset: end, issues: NO_ISSUES, data });
  return undefined;
}
