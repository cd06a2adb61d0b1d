import { copyOf } from '../../packet/arena.ts';
import { readUint16 } from '../../packet/bytes.ts';
import { ICMPV4_UNREACHABLE } from '../../packet/icmpv4-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { setTrafficClass, trafficClassOf } from '../ipv6/packet.ts';
import type { OuterSummary, ReferenceNode } from '../node.ts';
import type { DecapCheck, DecapQuestion } from './decap-checks.ts';
import { decapChecks } from './decap-checks.ts';
import { ECT_1, NOT_ECT } from './ecn.ts';

export interface DecapBehaviour {
  /** The one IPv6 packet in an outer payload, without surplus bytes; undefined when there is no whole one. */
  innerPacket(node: ReferenceNode, payload: Uint8Array, outer: OuterSummary): Uint8Array | undefined;
  readonly checks: readonly DecapCheck[];
  /** Called for every packet that a check has discarded: silence, so that a forged source hears nothing (RFC 4213 section 5). */
  discarded(question: DecapQuestion, check: string): void;
  /** ICMPv4 code for a packet that fits no tunnel, undefined for none. */
  mismatchCode(node: ReferenceNode, outer: OuterSummary): number | undefined;
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
    const packet = copyOf(inner);
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
  if (behaviour.accounting.isSpoofed(failed?.name)) node.accounts.count('decapDropsSpoofed');
  if (failed) {
    behaviour.decap.discarded(question, failed.name);
    const code = failed.name === 'configured-remote' ? behaviour.decap.mismatchCode(node, outer) : undefined;
    if (code !== undefined) node.paths.refuseIpv4(code, datagram);
    return;
  }
  logAnomaly(node, trafficClassOf(inner) & 3, outer.tos & 3);
  const trafficClass = behaviour.ecn.decapsulated(behaviour.ecn, node.config, trafficClassOf(inner), outer);
  if (trafficClass === undefined) {
    behaviour.decap.discarded(question, 'ecn');
    return;
  }
  node.paths.receiveIpv6(behaviour.decap.delivered(inner, trafficClass), { via: 'tunnel', outer });
};

/** RFC 6040 section 4.2: combinations that no encapsulator makes, or none that is up to date, are worth a line of log. */
const logAnomaly = (node: ReferenceNode, inner: number, outer: number): void => {
  const isUnused = inner === NOT_ECT ? outer !== NOT_ECT : outer === ECT_1 && inner !== ECT_1;
  if (isUnused && node.behaviour.accounting.logs(node.config.isLogging))
    node.accounts.log('ecnAnomaliesLogged', node.clock.nowMs());
};
