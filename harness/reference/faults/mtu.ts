import { readUint32, writeUint16, writeUint32 } from '../../packet/bytes.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { upperLayerChecksum } from '../ipv6/packet.ts';
import { buildIpv4 } from '../ipv4/header.ts';
import type { MtuDecision, MtuQuestion } from '../tunnel/mtu.ts';
import { rewritingFrom } from './common.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea, together } from './fault.ts';

/** Another decision about some packets. */
const deciding = (
  change: (decision: MtuDecision, question: MtuQuestion, overheadBytes: number) => MtuDecision | undefined,
): Change =>
  inArea('mtu', (is) => ({
    decide: (behaviour, question) => {
      const decision = is.decide(behaviour, question);
      return change(decision, question, behaviour.overheadBytes(question.config)) ?? decision;
    },
  }));

const sent = (question: MtuQuestion): MtuDecision => ({
  kind: 'send',
  dontFragment: false,
  fragmentAboveBytes: question.portMtuBytes,
});

const isBelowFloor = (question: MtuQuestion, overheadBytes: number): boolean =>
  question.config.switches.mtuMode === 'dynamic' && question.pathMtuBytes - overheadBytes < 1280;

const withDontFragment = (decision: MtuDecision, dontFragment: boolean): MtuDecision | undefined =>
  decision.kind === 'send' ? { ...decision, dontFragment } : undefined;

/** Another MTU in the answer to a packet that is too big. */
const reporting = (change: (mtuBytes: number, question: MtuQuestion, overheadBytes: number) => number): Change =>
  deciding((decision, question, overhead) =>
    decision.kind === 'too-big' ? { ...decision, mtuBytes: change(decision.mtuBytes, question, overhead) } : undefined,
  );

const measuring = (differenceBytes: number): Change =>
  inArea('mtu', (is) => ({ measuredBytes: (inner) => is.measuredBytes(inner) + differenceBytes }));

/** Sends packets that are too big, besides answering them. */
const alsoForwarding: Change = (behaviour) =>
  inArea('icmpv6', (is) => ({
    send: (node, packet, error, arrival) => {
      is.send(node, packet, error, arrival);
      if (error.type !== ICMPV6_TYPE.PACKET_TOO_BIG || arrival.via !== 'pods') return;
      const inner = packet.subarray(IPV6.HEADER_LENGTH + 8);
      const destination = behaviour.mapping.outerDestination(behaviour.mapping, node.config, inner, false);
      if (destination === undefined) return;
      const source = node.config.tunnelAddress;
      const fields = { source, destination, protocol: PROTOCOL.IPV6, identification: 1, payload: inner };
      node.paths.sendIpv4(buildIpv4(fields), () => undefined);
    },
  }))(behaviour);

/** Reads more of a quote than the 8 bytes that a router must return. */
const needingFullInner: Change = inArea('icmpv4Errors', (is) => ({
  isOurs: (node, quote) => quote.length >= IPV4.MINIMUM_HEADER_LENGTH + IPV6.HEADER_LENGTH && is.isOurs(node, quote),
}));

const staticMtu = (change: (question: MtuQuestion) => number): Change =>
  inArea('mtu', () => ({ staticMtuBytes: change }));

/** The answer to one destination carries what was learned for the last other one. */
const confusingDestinations: Change = inArea('mtu', (is) => {
  const known = new Map<number, number>();
  return {
    decide: (behaviour, question) => {
      known.set(question.destination, question.pathMtuBytes);
      const decision = is.decide(behaviour, question);
      const other = [...known].find(([destination]) => destination !== question.destination);
      if (decision.kind !== 'too-big' || !other) return decision;
      return { ...decision, mtuBytes: Math.max(1280, other[1] - behaviour.overheadBytes(question.config)) };
    },
  };
});

export const mtuFaults: readonly Fault[] = [
  ...faultsOf('mtu.6rd-tunnel-mtu', { '6rd-mtu-1500': measuring(-20) }),
  ...faultsOf('mtu.6to4-df-clear', { '6to4-df1': deciding((decision) => withDontFragment(decision, true)) }),
  ...faultsOf('mtu.configurable', { 'mtu-knob-ignored': staticMtu(() => 1480) }),
  ...faultsOf('mtu.dynamic-df-set', { 'dyn-df0': deciding((decision) => withDontFragment(decision, false)) }),
  ...faultsOf('mtu.dynamic-floor-fragments', {
    'floor-df1': deciding((decision, question, overhead) =>
      isBelowFloor(question, overhead) ? withDontFragment(decision, true) : undefined,
    ),
    'ptb-below-1280': deciding((_decision, question, overhead) =>
      question.inner.length > question.pathMtuBytes - overhead
        ? { kind: 'too-big', mtuBytes: question.pathMtuBytes - overhead }
        : undefined,
    ),
    'blackhole-small-pmtu': deciding((_decision, question, overhead) =>
      isBelowFloor(question, overhead) && question.inner.length > question.pathMtuBytes - overhead
        ? { kind: 'drop' }
        : undefined,
    ),
  }),
  ...faultsOf('mtu.dynamic-floor-ptb', {
    'ptb-980': reporting((mtuBytes, question, overhead) =>
      isBelowFloor(question, overhead) ? question.pathMtuBytes - overhead : mtuBytes,
    ),
    'frag-instead-of-ptb': deciding((decision, question, overhead) =>
      decision.kind === 'too-big' && isBelowFloor(question, overhead) ? sent(question) : undefined,
    ),
  }),
  ...faultsOf('mtu.inner-ptb-transparent', {
    'inner-ptb-rewritten': rewritingFrom('tunnel', (packet) => {
      const at = IPV6.HEADER_LENGTH;
      if (packet[IPV6.NEXT_HEADER] !== PROTOCOL.ICMPV6 || packet[at] !== ICMPV6_TYPE.PACKET_TOO_BIG) return undefined;
      writeUint32(packet, at + 4, readUint32(packet, at + 4) - 20);
      writeUint16(packet, at + 2, 0);
      writeUint16(packet, at + 2, upperLayerChecksum(packet, at, PROTOCOL.ICMPV6));
      return packet;
    }),
  }),
  ...faultsOf('mtu.learn-from-icmpv4', {
    'icmp-3-4-ignored': inArea('icmpv4Errors', () => ({ learns: () => false })),
    'icmp-3-4-needs-full-inner': needingFullInner,
    'pmtu-host-order': inArea('pathMtu', () => ({
      reportedBytes: (message) => ((message[7] ?? 0) << 8) | (message[6] ?? 0),
    })),
    'pmtu-overhead-not-subtracted': deciding((decision, question, overhead) => {
      if (question.pathMtuBytes === question.portMtuBytes || isBelowFloor(question, overhead)) return undefined;
      if (question.inner.length <= question.pathMtuBytes) return sent(question);
      return decision.kind === 'too-big' ? { ...decision, mtuBytes: question.pathMtuBytes } : undefined;
    }),
    'icmp-3-4-only-proto41': inArea('icmpv4Errors', (is) => ({
      isOurs: (node, quote) => quote[IPV4.PROTOCOL] === PROTOCOL.IPV6 && is.isOurs(node, quote),
    })),
  }),
  ...faultsOf('mtu.learned-ageing', {
    'pmtu-never-expires': inArea('pathMtu', () => ({ lifetimeMs: Number.POSITIVE_INFINITY })),
    'pmtu-expiry-unit': inArea('pathMtu', () => ({ lifetimeMs: 600 })),
  }),
  ...faultsOf('mtu.never-increase', {
    'pmtu-increase': inArea('pathMtu', () => ({ lowered: (_current, reported) => reported })),
    'pmtu-underflow': together(
      inArea('pathMtu', () => ({ lowered: (current, reported) => (reported < current ? reported : undefined) })),
      deciding((_decision, question, overhead) =>
        question.pathMtuBytes <= 68
          ? { kind: 'too-big', mtuBytes: (question.pathMtuBytes - overhead - 68) >>> 0 }
          : undefined,
      ),
    ),
  }),
  ...faultsOf('mtu.next-hop-mtu-zero', {
    'pmtu-zero': together(
      inArea('pathMtu', () => ({
        lowered: (current, reported) => (reported < current ? reported : undefined),
      })),
      deciding((_decision, question, overhead) =>
        question.pathMtuBytes === 0 ? { kind: 'too-big', mtuBytes: (0 - overhead) >>> 0 } : undefined,
      ),
    ),
  }),
  ...faultsOf('mtu.not-64k', {
    'mtu-64k': deciding((decision, question) => (decision.kind === 'too-big' ? sent(question) : undefined)),
  }),
  ...faultsOf('mtu.overhead-per-framing', { 'fou-mtu-1480': inArea('mtu', () => ({ overheadBytes: () => 20 })) }),
  ...faultsOf('mtu.packet-too-big-boundary', {
    'off-by-one': measuring(1),
    'mtu-excl-v6hdr': measuring(-IPV6.HEADER_LENGTH),
    'mtu-incl-eth': measuring(14),
  }),
  ...faultsOf('mtu.packet-too-big-value', {
    'ptb-no-minus20': reporting((mtuBytes, _question, overhead) => mtuBytes + overhead),
    'ptb-minus40': reporting((mtuBytes, _question, overhead) => mtuBytes + overhead - 40),
    'ptb-pmtu-of-other': confusingDestinations,
    'ptb-and-forward': alsoForwarding,
  }),
  ...faultsOf('mtu.per-destination', { 'pmtu-global': inArea('pathMtu', () => ({ key: () => 0 })) }),
  ...faultsOf('mtu.probing-works', {
    'probe-fragmented': deciding((decision, question) =>
      decision.kind === 'send' && question.inner.length > 1380
        ? { ...decision, dontFragment: false, fragmentAboveBytes: 1400 }
        : undefined,
    ),
  }),
  ...faultsOf('mtu.ptb-never-below-1280', {
    'ptb-clamp-missing': reporting((mtuBytes, question, overhead) =>
      question.config.switches.mtuMode === 'dynamic' ? question.pathMtuBytes - overhead : mtuBytes,
    ),
  }),
  ...faultsOf('mtu.quote-validated', { 'icmp-3-4-unchecked': inArea('icmpv4Errors', () => ({ isOurs: () => true })) }),
  ...faultsOf('mtu.receive-unit', {
    'mru-1480': inArea('decap', (is) => ({
      checks: [...is.checks, { name: 'mru', violated: ({ inner }) => inner.length > 1480 }],
    })),
    'reasm-buffer-1480': inArea('reassembly', () => ({ limitBytes: 1480 })),
  }),
  ...faultsOf('mtu.static-default-range', {
    'mtu-default-1500': staticMtu(() => 1500),
    'mtu-default-underlay': staticMtu((question) => question.portMtuBytes),
  }),
  ...faultsOf('mtu.static-above-reassembly', {
    'mtu-of-pod-link': staticMtu(({ config }) => config.ports.get('P')?.mtuBytes ?? 1500),
  }),
  ...faultsOf('mtu.static-df-clear', { 'static-df1': deciding((decision) => withDontFragment(decision, true)) }),
  ...faultsOf('mtu.static-ignores-icmpv4', {
    'static-learns-pmtu': together(
      inArea('icmpv4Errors', () => ({ learns: () => true })),
      deciding((decision, question, overhead) =>
        question.config.switches.mtuMode === 'static' && question.inner.length > question.pathMtuBytes - overhead
          ? { kind: 'too-big', mtuBytes: Math.max(1280, question.pathMtuBytes - overhead) }
          : decision,
      ),
    ),
  }),
];
