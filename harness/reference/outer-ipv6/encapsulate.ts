/** Into a tunnel whose outer header is IPv6 (RFC 2473 sections 3, 5 and 7). */
import { concat, writeUint16, writeUint32 } from '../../packet/bytes.ts';
import { IPV6, IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { buildIpv6 } from '../ipv6/packet.ts';
import { refuse } from '../ipv6/unreachable.ts';
import type { Arrival, ReferenceNode } from '../node.ts';
import { endpointFreeChecks } from '../tunnel/egress-checks.ts';
import { framed, framingProtocol } from '../tunnel/framing.ts';
import { flowHash } from '../tunnel/flow-hash.ts';
import { decideByPath } from '../tunnel/mtu.ts';
import { LIMIT_HEADER_BYTES, limitHeader } from './limit.ts';
import { sendOnUnderlay } from './output.ts';
import type { Ipv6Underlay, UnderlayHop } from './underlay.ts';
import { routeUnderlay } from './underlay.ts';

export interface OuterIpv6Behaviour {
  /** RFC 6438 section 3: one value per inner flow, so that routers may spread flows. */
  flowLabel(inner: Uint8Array): number;
  /** In the outer header of a whole packet; fragments get the same. */
  hopLimit(configured: number, inner: Uint8Array): number;
}

export const outerIpv6: OuterIpv6Behaviour = {
  flowLabel: (inner) => flowHash(inner) & 0xfffff || 1,
  hopLimit: (configured) => configured,
};

/** The one key of the path MTU table: a configured tunnel has one endpoint. */
export const ONLY_ENDPOINT = 0;
const FRAGMENT_HEADER_BYTES = 8;

export const encapsulateInIpv6 = (
  node: ReferenceNode,
  underlay: Ipv6Underlay,
  inner: Uint8Array,
  original: Uint8Array,
  arrival: Arrival,
): void => {
  const { behaviour, config } = node;
  const question = { node, inner, arrival, destination: ONLY_ENDPOINT };
  const failed = endpointFreeChecks(behaviour.encapsulation.checks).find((check) => check.violated(question));
  if (failed) {
    refuse(node, failed.reaction, original, arrival);
    return;
  }
  const found = behaviour.limit.found(inner);
  if (found?.limit === 0) {
    // RFC 2473 section 4.1.1: back to the source, which is an entry point of another tunnel.
    node.paths.reportError({ type: 4, code: 0, parameter: found.at }, original, arrival);
    return;
  }
  const hop = routeUnderlay(underlay, underlay.remote);
  if (hop === undefined) {
    refuse(node, 'address-unreachable', original, arrival);
    return;
  }
  if (!behaviour.encapsulation.admits(node, question)) return;
  const limit = behaviour.limit.carried(config, found);
  // The option of a packet that brings one along costs room that the configuration does not count.
  const optionBytes = limit !== undefined && config.switches.encapLimit === 'off' ? LIMIT_HEADER_BYTES : 0;
  const roomBytes = (config.ports.get(hop.port)?.mtuBytes ?? 0) - optionBytes;
  const decision = decideByPath(node, { inner, original, arrival }, ONLY_ENDPOINT, roomBytes);
  if (decision.kind === 'too-big') {
    node.paths.reportError({ type: 2, code: 0, parameter: decision.mtuBytes }, original, arrival);
  } else if (decision.kind === 'send') {
    const packet = wrap(node, underlay, behaviour.encapsulation.carried(inner, node, arrival), hop, limit);
    for (const piece of pieces(node, packet, Math.max(decision.fragmentAboveBytes, IPV6_MINIMUM_MTU))) {
      sendOnUnderlay(node, hop, piece, () => {
        refuse(node, 'address-unreachable', original, arrival);
      });
    }
  }
};

const wrap = (
  node: ReferenceNode,
  underlay: Ipv6Underlay,
  inner: Uint8Array,
  hop: UnderlayHop,
  limit: number | undefined,
): Uint8Array => {
  const { behaviour, config, identifications } = node;
  const route = { port: hop.port, nextHop: 0 };
  const context = { config, ecn: behaviour.ecn, inner, destination: ONLY_ENDPOINT, route, identifications };
  const payload = framed(node, inner, underlay.address, underlay.remote);
  const protocol = framingProtocol(config);
  const packet = buildIpv6({
    source: underlay.address,
    destination: underlay.remote,
    nextHeader: limit === undefined ? protocol : PROTOCOL.DESTINATION_OPTIONS,
    hopLimit: behaviour.outerIpv6.hopLimit(behaviour.outer.ttl(context), inner),
    trafficClass: behaviour.outer.tos(context),
    payload: limit === undefined ? payload : concat(limitHeader(limit, protocol), payload),
  });
  writeUint32(packet, 0, ((packet[0] ?? 0) << 24) | ((packet[1] ?? 0) << 16) | behaviour.outerIpv6.flowLabel(inner));
  return packet;
};

/** Fragments of a packet that its path does not take, each with the outer header and its options (RFC 8200 section 4.5). */
const pieces = (node: ReferenceNode, packet: Uint8Array, limitBytes: number): Uint8Array[] => {
  if (packet.length <= limitBytes) return [packet];
  const identification = node.identifications.next(ONLY_ENDPOINT, ONLY_ENDPOINT, PROTOCOL.FRAGMENT);
  // The limit option is for the end of the tunnel, so it belongs to the fragmentable part.
  const body = packet.subarray(IPV6.HEADER_LENGTH);
  const room = (limitBytes - IPV6.HEADER_LENGTH - FRAGMENT_HEADER_BYTES) & ~7;
  const list: Uint8Array[] = [];
  for (let offset = 0; offset < body.length; offset += room) {
    const part = body.subarray(offset, offset + room);
    const header = new Uint8Array(IPV6.HEADER_LENGTH + FRAGMENT_HEADER_BYTES);
    header.set(packet.subarray(0, IPV6.HEADER_LENGTH));
    header[IPV6.HEADER_LENGTH] = packet[IPV6.NEXT_HEADER] ?? 0;
    header[IPV6.NEXT_HEADER] = PROTOCOL.FRAGMENT;
    writeUint16(header, IPV6.PAYLOAD_LENGTH, FRAGMENT_HEADER_BYTES + part.length);
    writeUint16(header, IPV6.HEADER_LENGTH + 2, offset | (offset + part.length < body.length ? 1 : 0));
    writeUint32(header, IPV6.HEADER_LENGTH + 4, identification);
    list.push(concat(header, part));
  }
  return list;
};
