import { readUint16 } from '../../packet/bytes.ts';
import { ICMPV4_UNREACHABLE } from '../../packet/icmpv4-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { setTrafficClass, trafficClassOf } from '../ipv6/packet.ts';
import type { OuterSummary, ReferenceNode } from '../node.ts';
import type { DecapCheck, DecapQuestion } from './decap-checks.ts';
import { decapChecks } from './decap-checks.ts';

export interface DecapBehaviour {
  /** The one IPv6 packet in an outer payload, without surplus bytes; undefined when there is no whole one. */
  innerPacket(node: ReferenceNode, payload: Uint8Array, outer: OuterSummary): Uint8Array | undefined;
  readonly checks: readonly DecapCheck[];
  /** Called for every packet that a check has discarded: silence, so that a forged source hears nothing (RFC 4213 section 5). */
  discarded(question: DecapQuestion, check: string): void;
  /** ICMPv4 code for a packet that fits no tunnel, undefined for none. */
  mismatchCode(node: ReferenceNode): number | undefined;
  /** What is handed to IPv6: the inner packet itself, Traffic Class apart. */
  delivered(inner: Uint8Array, trafficClass: number): Uint8Array;
}

export const decap: DecapBehaviour = {
  innerPacket: (_node, payload) => {
    if (payload.length < IPV6.HEADER_LENGTH || (payload[0] ?? 0) >>> 4 !== 6) return undefined;
    const lengthBytes = IPV6.HEADER_LENGTH + readUint16(payload, IPV6.PAYLOAD_LENGTH);
    return lengthBytes > payload.length ? undefined : payload.subarray(0, lengthBytes);
  },
  checks: decapChecks,
  discarded: () => undefined,
  mismatchCode: (node) =>
    node.config.switches.mismatchIcmp === 'protocol-unreachable' ? ICMPV4_UNREACHABLE.PROTOCOL : undefined,
  delivered: (inner, trafficClass) => {
    const packet = inner.slice();
    setTrafficClass(packet, trafficClass);
    return packet;
  },
};

/** Takes one level of encapsulation off; a tunnel packet inside it is payload like any other. */
export const decapsulate = (
  node: ReferenceNode,
  payload: Uint8Array,
  outer: OuterSummary,
  datagram: Uint8Array,
): void => {
  const { behaviour } = node;
  const inner = behaviour.decap.innerPacket(node, payload, outer);
  if (!inner) return;
  const question: DecapQuestion = { node, inner, outer };
  const failed = behaviour.decap.checks.find((check) => check.violated(question));
  if (failed) {
    behaviour.decap.discarded(question, failed.name);
    const code = failed.name === 'configured-remote' ? behaviour.decap.mismatchCode(node) : undefined;
    if (code !== undefined) node.paths.refuseIpv4(code, datagram);
    return;
  }
  const trafficClass = behaviour.ecn.decapsulated(behaviour.ecn, node.config, trafficClassOf(inner), outer);
  if (trafficClass === undefined) {
    behaviour.decap.discarded(question, 'ecn');
    return;
  }
  node.paths.receiveIpv6(behaviour.decap.delivered(inner, trafficClass), { via: 'tunnel', outer });
};
