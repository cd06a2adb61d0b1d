/**
 * The quick path: one walk over the headers of a packet that passes what is as usual, so that only what deviates meets the
 * rules one by one. A stranger's capture of a healthy overlay consists of almost nothing else.
 */
import type { Facts } from '../facts.ts';
import { NOTHING_TO_NOTE, type StatefulJudge } from '../rule.ts';
import { createHeaderCheck, NEEDS_RULES, type HeaderCheck, type QuickFrame } from './headers.ts';
import { createQuickPacket, type QuickPacket } from './packet.ts';

/**
 * The requirements whose rules the quick path was written for. A rule that is not among them switches it off, so that a new
 * rule is slow at first and never silent.
 */
const COVERED: ReadonlySet<string> = new Set([
  'address.6rd-embedded-bits',
  'address.6to4-embedded-bits',
  'address.no-ipv4-compatible-tunnelling',
  'address.own-embedded-is-outer-source',
  'address.trailing-bits-ignored',
  'config.no-6to4-advertisement',
  'dscp-ecn.dscp-default-zero',
  'dscp-ecn.ingress-table',
  'dscp-ecn.traffic-class-copy',
  'encap.configured-destination',
  'encap.df-never-cleared-in-transit',
  'encap.flags-and-offset',
  'encap.header-checksum',
  'encap.identification',
  'encap.ihl-5',
  'encap.no-link-padding',
  'encap.protocol-41',
  'encap.source-address',
  'encap.source-stable-multihomed',
  'encap.total-length',
  'encap.version-4',
  'fragment.encap-train',
  'hop-limit.outer-ttl-value',
  'icmp6.error-format',
  'loop.own-ipv4-destination',
  'loop.unusable-outer-destination',
  'mtu.6to4-df-clear',
  'mtu.dynamic-df-set',
  'mtu.ptb-never-below-1280',
  'mtu.static-df-clear',
  'neighbour.nbma-silent',
  'neighbour.no-lla-option',
  'security.egress-source-pair',
  'security.encap-embedded-non-global',
  'security.encap-invalid-inner',
  'security.encap-own-broadcast',
  'stateless.one-source-per-node',
  'udp.checksum-generated',
  'udp.fou-framing',
  'udp.gue-variant-0',
  'udp.length-fields',
  'udp.source-port-entropy',
  'udp.source-port-fixed',
  'udp.source-port-fragments',
  'udp.source-port-per-flow',
  'udp.source-port-range',
]);

export interface QuickPath {
  /**
   * What to do with a frame of unknown direction: its class when no rule finds anything in it, else what
   * {@link HeaderCheck} returns. Remembers nothing.
   */
  examine(frame: QuickFrame): number;
  /** Lets the rules with a memory remember the packet that was examined last. */
  note(): void;
  /** The packet that was examined last, where it got a class. */
  readonly packet: QuickPacket;
}

type Note = NonNullable<StatefulJudge['notes']>;
type Approve = NonNullable<StatefulJudge['approves']>;

/** Undefined where the quick path does not know everything that the rules would look at: then the rules see every frame. */
export function createQuickPath(
  facts: Facts,
  requirements: readonly string[],
  states: readonly StatefulJudge[],
): QuickPath | undefined {
  const { mapping, encapsulation } = facts.profile;
  const isKnownOverlay = mapping.kind === '6rd' || mapping.kind === '6to4' || mapping.kind === '6in4';
  const knowsDut = facts.dutIpv4.length + facts.dutIpv6.length + facts.broadcasts.length > 0;
  if (!isKnownOverlay || encapsulation.kind === 'gre' || knowsDut || facts.nodePrefix !== undefined) return undefined;
  if (mapping.kind !== '6in4' && facts.embedded === undefined) return undefined;
  if (!requirements.every((id) => COVERED.has(id))) return undefined;

  const approvals: Approve[] = [];
  const notes: Note[] = [];
  for (const state of states) {
    if (state.notes === undefined) return undefined;
    if (state.notes !== NOTHING_TO_NOTE) notes.push(state.notes);
    if (state.approves !== undefined) approvals.push(state.approves);
  }
  const check: HeaderCheck = createHeaderCheck(facts);
  const packet = createQuickPacket();
  // A place of its own for each call: the compiler inlines a function that is always the same there.
  const [approves1 = approvesAll, approves2 = approvesAll, approves3 = approvesAll, ...moreApprovals] = approvals;
  const [notes1 = NOTHING_TO_NOTE, notes2 = NOTHING_TO_NOTE, notes3 = NOTHING_TO_NOTE, ...afterThem] = notes;
  const [notes4 = NOTHING_TO_NOTE, ...moreNotes] = afterThem;
  return {
    packet,
    examine(frame) {
      const packetClass = check(frame, packet);
      if (packetClass < 0) return packetClass;
      if (!approves1(packet) || !approves2(packet) || !approves3(packet)) return NEEDS_RULES;
      if (moreApprovals.length === 0) return packetClass;
      return moreApprovals.every((approves) => approves(packet)) ? packetClass : NEEDS_RULES;
    },
    note() {
      notes1(packet);
      notes2(packet);
      notes3(packet);
      notes4(packet);
      for (const remember of moreNotes) remember(packet);
    },
  };
}

const approvesAll: Approve = () => true;
