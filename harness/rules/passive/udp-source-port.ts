/** The UDP source port as the entropy of a flow (RFC 8085 section 5.1.1, RFC 8086 section 3.2.1). */
import { readUint16, readUint32 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { UDP, udpSourcePort } from '../../packet/udp.ts';
import type { Dissection } from '../dissection.ts';
import { isProfile, type Facts } from '../facts.ts';
import { timestampMsOf } from '../finding.ts';
import { contentFingerprint, contentFingerprintInView } from '../fingerprint.ts';
import type { QuickPacket } from '../quick/packet.ts';
import { NOTHING_TO_NOTE, type PassiveRule, type StatefulJudge } from '../rule.ts';
import { createPortMemory } from './port-memory.ts';

const FIRST_DYNAMIC_PORT = 49152;
const FLOWS_SAMPLED = 200;
/** Two hundred draws from 14 bits give 198.8 different ports on average. */
const LEAST_DISTINCT_PORTS = 190;
const SOURCES_REMEMBERED = 1024;
/** Both addresses and both ports. */
const FLOW_BYTES = 36;
const SECOND_SEED = 0x51ed270b;
const LABEL_BITS = 20;

const portPlace = (packet: Dissection) => ({
  offset: packet.udpAt + UDP.SOURCE_PORT,
  lengthBytes: 2,
  field: 'udp.sourcePort',
});
const hasEntropy = (facts: Facts): boolean => isProfile(facts, 'fou', 'gue') && facts.switches.sourcePort === 'entropy';

/** TCP or UDP directly behind the IPv6 header: whatever a sender hashes of such a flow, it is the same in all its packets. */
const hasPorts = (packet: Dissection): boolean =>
  (packet.nextHeader === PROTOCOL.UDP || packet.nextHeader === PROTOCOL.TCP) &&
  packet.ipv6PayloadLength >= 8 &&
  packet.ipv6At + IPV6.HEADER_LENGTH + 4 <= packet.bytes.length;

/** Addresses, ports and protocol. */
const flowHash = ({ bytes, ipv6At, nextHeader }: Dissection, seed: number): number =>
  contentFingerprint(bytes, ipv6At + IPV6.SOURCE, FLOW_BYTES, seed ^ (nextHeader << LABEL_BITS));
/** The same of a packet on the quick path. */
const quickFlowHash = ({ view, ipv6At, nextHeader }: QuickPacket, seed: number): number =>
  contentFingerprintInView(view, ipv6At + IPV6.SOURCE, FLOW_BYTES, seed ^ (nextHeader << LABEL_BITS));

function entropy(): StatefulJudge {
  const samples = new Map<number, { readonly flows: Set<number>; readonly ports: Set<number>; isFull: boolean }>();
  return {
    // While it still samples a source, it sees each new flow of it.
    approves(packet) {
      if (!packet.hasPorts) return true;
      const sample = samples.get(packet.source);
      if (sample === undefined) return samples.size >= SOURCES_REMEMBERED;
      return sample.isFull || sample.flows.has(quickFlowHash(packet, SECOND_SEED));
    },
    notes: NOTHING_TO_NOTE,
    judge(packet, _facts, report) {
      if (packet.udpAt < 0 || !hasPorts(packet)) return false;
      let sample = samples.get(packet.ipv4Source);
      if (sample === undefined) {
        if (samples.size >= SOURCES_REMEMBERED) return false;
        sample = { flows: new Set(), ports: new Set(), isFull: false };
        samples.set(packet.ipv4Source, sample);
      }
      if (sample.isFull) return false;
      const flow = flowHash(packet, SECOND_SEED);
      if (sample.flows.has(flow)) return false;
      sample.flows.add(flow);
      sample.ports.add(udpSourcePort(packet.bytes, packet.udpAt));
      if (sample.flows.size < FLOWS_SAMPLED) return false;
      sample.isFull = true;
      if (sample.ports.size < LEAST_DISTINCT_PORTS) {
        report(
          `at least ${LEAST_DISTINCT_PORTS} different UDP source ports for ${FLOWS_SAMPLED} flows`,
          `${sample.ports.size} different UDP source ports`,
          portPlace(packet),
        );
      }
      sample.flows.clear();
      return true;
    },
  };
}

function constantPort(): StatefulJudge {
  const ports = new Map<number, number>();
  return {
    // The first packet of a source is for the rule, which remembers its port.
    approves: ({ view, udpAt, source }) => ports.get(source) === view.getUint16(udpAt + UDP.SOURCE_PORT),
    notes: NOTHING_TO_NOTE,
    judge(packet, _facts, report) {
      if (packet.udpAt < 0) return false;
      const port = udpSourcePort(packet.bytes, packet.udpAt);
      const first = ports.get(packet.ipv4Source);
      if (first === undefined) {
        if (ports.size >= SOURCES_REMEMBERED) return false;
        ports.set(packet.ipv4Source, port);
      } else if (first !== port)
        report(`UDP source port ${first} as before`, `UDP source port ${port}`, portPlace(packet));
      return true;
    },
  };
}

function perFragmentedPacket(): StatefulJudge {
  const memory = createPortMemory(0);
  return {
    // The quick path leaves pieces of inner packets to the rules.
    notes: NOTHING_TO_NOTE,
    judge(packet, _facts, report, frame) {
      const { bytes, ipv6At } = packet;
      const headerAt = ipv6At + IPV6.HEADER_LENGTH;
      if (packet.udpAt < 0 || packet.nextHeader !== PROTOCOL.FRAGMENT || packet.ipv6PayloadLength < 8) return false;
      if (headerAt + 8 > bytes.length) return false;
      // The four bytes from offset 4 of a Fragment header are the Identification (RFC 8200 section 4.5).
      const identification = readUint32(bytes, headerAt + 4);
      // Not exclusive or alone: a sender may count both up together.
      const withLabel = Math.imul(readUint32(bytes, ipv6At) & 0xfffff, SECOND_SEED) ^ ~identification;
      const port = udpSourcePort(bytes, packet.udpAt);
      const before = memory.look(
        contentFingerprint(bytes, ipv6At + IPV6.SOURCE, 32, identification),
        contentFingerprint(bytes, ipv6At + IPV6.SOURCE, 32, withLabel),
        port,
        timestampMsOf(frame),
      );
      memory.remember();
      if (before !== -1) {
        report(
          `UDP source port ${before}, as for the other fragments of the inner packet`,
          `UDP source port ${port}`,
          portPlace(packet),
        );
      }
      return true;
    },
  };
}

function perFlow(): StatefulJudge {
  const memory = createPortMemory(1);
  return {
    approves(packet) {
      if (!packet.hasPorts) return true;
      const { view, ipv6At, udpAt, timestampMs } = packet;
      const label = view.getUint32(ipv6At) & 0xfffff;
      const first = quickFlowHash(packet, label);
      const second = quickFlowHash(packet, SECOND_SEED ^ label);
      return memory.look(first, second, view.getUint16(udpAt + UDP.SOURCE_PORT), timestampMs) === -1;
    },
    // Always behind `approves` for the same packet.
    notes({ hasPorts: isOfFlow }) {
      if (isOfFlow) memory.remember();
    },
    judge(packet, _facts, report, frame) {
      if (packet.udpAt < 0 || !hasPorts(packet)) return false;
      const label = readUint32(packet.bytes, packet.ipv6At) & 0xfffff;
      const port = readUint16(packet.bytes, packet.udpAt);
      const before = memory.look(
        flowHash(packet, label),
        flowHash(packet, SECOND_SEED ^ label),
        port,
        timestampMsOf(frame),
      );
      memory.remember();
      if (before !== -1) {
        report(
          `UDP source port ${before}, or a change at most every 30 s`,
          `UDP source port ${port} for the same flow`,
          portPlace(packet),
        );
      }
      return true;
    },
  };
}

export const sourcePortRules: readonly PassiveRule[] = [
  { requirement: 'udp.source-port-entropy', scope: 'inner', appliesTo: hasEntropy, create: entropy },
  {
    requirement: 'udp.source-port-fixed',
    scope: 'inner',
    appliesTo: (facts) => isProfile(facts, 'fou', 'gue') && facts.switches.sourcePort === 'fixed',
    create: constantPort,
  },
  { requirement: 'udp.source-port-fragments', scope: 'inner', appliesTo: hasEntropy, create: perFragmentedPacket },
  { requirement: 'udp.source-port-per-flow', scope: 'inner', appliesTo: hasEntropy, create: perFlow },
  {
    requirement: 'udp.source-port-range',
    scope: 'inner',
    appliesTo: hasEntropy,
    judge(packet, _facts, report) {
      if (packet.udpAt < 0) return false;
      const port = udpSourcePort(packet.bytes, packet.udpAt);
      if (port < FIRST_DYNAMIC_PORT)
        report(`a UDP source port from ${FIRST_DYNAMIC_PORT} to 65535`, `UDP source port ${port}`, portPlace(packet));
      return true;
    },
  },
];
