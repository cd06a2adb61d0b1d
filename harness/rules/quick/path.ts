/**
 * The quick path: one walk over the headers of a packet that passes what is as usual, so that only what deviates meets the
 * rules one by one. A stranger's capture of a healthy overlay consists of almost nothing else.
 */
import type { Facts } from '../facts.ts';
import type { StatefulJudge } from '../rule.ts';
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
  if (!isKnownOverlay || encapsulation.kind !== 'protocol-41' || knowsDut || facts.nodePrefix !== undefined)
    return undefined;
  if (mapping.kind !== '6in4' && facts.embedded === undefined) return undefined;
  if (!requirements.every((id) => COVERED.has(id))) return undefined;

  const approvals: Approve[] = [];
  const notes: Note[] = [];
  for (const state of states) {
    if (state.notes === undefined) return undefined;
    notes.push(state.notes);
    if (state.approves !== undefined) approvals.push(state.approves);
  }
  const check: HeaderCheck = createHeaderCheck(facts);
  const packet = createQuickPacket();
  return {
    packet,
    examine(frame) {
      const packetClass = check(frame, packet);
      if (packetClass < 0) return packetClass;
      for (const approves of approvals) if (!approves(packet)) return NEEDS_RULES;
      return packetClass;
    },
    note() {
      for (const remember of notes) remember(packet);
    },
  };
}
