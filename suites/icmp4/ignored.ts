import { Ipv4Address } from '../../harness/address/index.ts';
import { ICMPV4_TYPE, PROTOCOL } from '../../harness/packet/index.ts';
import { isConfiguredTunnel, udpPortOf } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named, outsideAddress, unless } from '../decap/vectors.ts';
import { icmp4 } from './area.ts';
import {
  forgedQuote,
  icmp4Pod,
  message,
  quoteOf,
  TRANSLATING,
  translatesAnyway,
  withoutOuterIpv4,
} from './messages.ts';

const { DESTINATION_UNREACHABLE, PARAMETER_PROBLEM, REDIRECT, SOURCE_QUENCH, TIME_EXCEEDED } = ICMPV4_TYPE;
const TRANSLATED = {
  variant: 'translated',
  setup: TRANSLATING,
  notFor: unless(withoutOuterIpv4, translatesAnyway),
} as const;

// RFC 4213 section 3.4, RFC 1812 section 4.3.2.3: Redirects, Source Quench, Parameter Problem and the time limit of reassembly say nothing of a
// destination that cannot be reached. The pod hears nothing of them, and its next packet goes to the same tunnel endpoint: a Redirect
// names an IPv4 router, not another endpoint.
icmp4.case('icmp4.other-types-ignored', { fresh: true, notFor: withoutOuterIpv4 }, async (t) => {
  const { lab } = t;
  const { behindA, gatewayA, gatewayB } = lab.underlay;
  const far = behindA === undefined || lab.map === undefined ? [] : [lab.node(behindA.at(33))];
  const gateway = gatewayB.toNumber();
  const kinds = [
    ...[0, 1, 2, 3].map((code) => ({ type: REDIRECT, code, restOfHeader: gateway })),
    { type: SOURCE_QUENCH, code: 0 },
    ...[0, 1, 2].map((code) => ({ type: PARAMETER_PROBLEM, code, restOfHeader: 0x09_00_00_00 })),
    { type: TIME_EXCEEDED, code: 1 },
  ];
  for (const node of [lab.n2, ...far]) {
    const toNode = (when: string): Stimulus =>
      named(
        t.fromPod({ source: icmp4Pod(lab), destination: node.pod() }),
        `pod packet to ${node.ipv4.toString()} ${when}`,
      );
    const sent = kinds.map(() => toNode('before'));
    const before = await t.exchange(...sent);
    const packets = sent.flatMap((each) => t.expectTunnelled(before, each, { outerDestination: node.ipv4 }) ?? []);
    const messages = packets.flatMap((about, index) => {
      const kind = kinds[index];
      return kind === undefined
        ? []
        : [message(t, `a packet to ${node.ipv4.toString()}`, { ...kind, from: gatewayA }, quoteOf(about))];
    });
    await t.expectSilence(messages);
    const next = [toNode('afterwards'), toNode('afterwards')];
    const after = await t.exchange(...next);
    for (const each of next) t.expectTunnelled(after, each, { outerDestination: node.ipv4 });
  }
});

const WRONG_CHECKSUM = 0x1234;
/** In units of 8 bytes: the quote starts in the middle of a packet. */
const LATER_FRAGMENT = 185;

/** Errors about packets that the DUT has not encapsulated for one of its pods. */
const foreignQuotes = (t: TestContext): Stimulus[] => {
  const { lab, profile } = t;
  const { dutSecondary, n2, n3 } = lab.underlay;
  const isUdp = udpPortOf(profile) !== undefined;
  const unreachable = (about: string, fields: Parameters<typeof forgedQuote>[1]): Stimulus[] =>
    [
      { type: DESTINATION_UNREACHABLE, code: 1 },
      { type: TIME_EXCEEDED, code: 0 },
    ].map((kind) => message(t, about, kind, forgedQuote(t, fields)));
  const wrongEndpoints = ['127.0.0.1', '224.0.0.1', '255.255.255.255', '0.0.0.0'].map((text) =>
    Ipv4Address.parse(text),
  );
  // A configured tunnel has one other end.
  if (isConfiguredTunnel(profile)) wrongEndpoints.push(n3);
  return [
    ...[n3, n2, dutSecondary].flatMap((source) =>
      unreachable(`a tunnel packet from ${source.toString()}, not from the DUT`, { outer: { source } }),
    ),
    ...[PROTOCOL.TCP, PROTOCOL.ICMPV4, isUdp ? PROTOCOL.IPV6 : PROTOCOL.UDP].flatMap((protocol) =>
      unreachable(`a packet of protocol ${String(protocol)}`, { outer: { protocol } }),
    ),
    ...(isUdp ? unreachable('a UDP datagram to another port', { udp: { destinationPort: 53 } }) : []),
    ...[lab.n3.pod(), lab.native.host, outsideAddress(lab), lab.n2.pod()].flatMap((source) =>
      unreachable(`a tunnel packet of ${source.toString()}, which is no pod of the DUT`, { inner: { source } }),
    ),
    ...wrongEndpoints.flatMap((endpoint) =>
      unreachable(`a tunnel packet to ${endpoint.toString()}, which is no tunnel endpoint`, {
        outer: { destination: endpoint },
      }),
    ),
    ...unreachable('a later fragment of a tunnel packet', { outer: { fragmentOffset: LATER_FRAGMENT } }),
    ...unreachable('a packet of IP version 6 outside', { outer: { version: 6 } }),
    message(
      t,
      'a tunnel packet, with a wrong ICMP checksum',
      { type: DESTINATION_UNREACHABLE, code: 1, checksum: WRONG_CHECKSUM },
      forgedQuote(t),
    ),
  ];
};

// RFC 4213 sections 3.4 and 5: only errors about packets that the node has encapsulated count. Whoever else's address is quoted as the inner
// source must not be sent anything, or the node sends errors to any victim.
const judgeForeignQuotes = async (t: TestContext): Promise<void> => {
  await t.expectSilence(foreignQuotes(t));
};
icmp4.case('icmp4.quote-validated', { notFor: withoutOuterIpv4 }, judgeForeignQuotes);
icmp4.case('icmp4.quote-validated', TRANSLATED, judgeForeignQuotes);
