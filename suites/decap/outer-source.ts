import type { Ipv4Address } from '../../harness/address/index.ts';
import { ICMPV4_TYPE, ICMPV4_UNREACHABLE } from '../../harness/packet/index.ts';
import { isConfiguredTunnel, isDeclared, type Profile } from '../../harness/profile/index.ts';
import type { SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { decap } from './area.ts';
import { expectDroppedBeside, expectNotTakenBeside } from './judging.ts';
import { ANY_INNER_SOURCE, flipped, ipv4, named, outsideAddress, toPodAndSelf, words } from './vectors.ts';
import { needsIpv4Underlay } from '../outer-family.ts';

/** Sources that a tunnel with one configured remote end must not know, among them those that differ from it in one bit. */
const strangers = ({ lab }: TestContext): readonly Ipv4Address[] => [
  lab.n3.ipv4,
  ...[31, 30, 24, 23, 16, 8, 0].map((bit) => flipped(lab.n2.ipv4, bit)),
  lab.underlay.gatewayA,
];

// RFC 4213 sections 3.6 and 5: a configured tunnel takes packets from the configured remote address alone, however sound the
// inner packet is.
decap.case('decap.configured-remote', async (t) => {
  const stimuli = strangers(t).flatMap((from) =>
    toPodAndSelf(t, `tunnel packet from ${from.toString()}, which is not the remote end`, { from }),
  );
  const control = named(t.fromTunnel(), 'the same packet from the remote end');
  await expectNotTakenBeside(t, [control], stimuli);
});

const isProtocolUnreachable = (frame: SeenFrame): boolean => {
  const [, , layer] = frame.decoded.layers;
  if (frame.port === 'P' || layer?.kind !== 'icmpv4') return false;
  return layer.header.type === ICMPV4_TYPE.DESTINATION_UNREACHABLE && layer.header.code === ICMPV4_UNREACHABLE.PROTOCOL;
};

// RFC 4213 section 3.6: a packet that fits no tunnel is discarded without an ICMPv4 error; only a node that reports unknown
// protocols anyway may say "protocol unreachable" (3/2), and no other code.
decap.case('decap.mismatch-no-icmp', { errors: 'forbidden' }, async (t) => {
  const stimuli = strangers(t).map((from) =>
    named(t.fromTunnel({}, { from }), `tunnel packet from ${from.toString()}, which is not the remote end`),
  );
  const control = named(t.fromTunnel(), 'the same packet from the remote end');
  const seen = await t.exchange(...stimuli, control);
  const answersByPolicy = t.profile.switches.mismatchIcmp === 'protocol-unreachable';
  const mustAnswer = answersByPolicy && isDeclared(t.profile, 'mismatchIcmp');
  for (const stimulus of stimuli) {
    const refused = seen.of(stimulus).filter(isProtocolUnreachable);
    const other = seen.of(stimulus).filter((frame) => !isProtocolUnreachable(frame));
    const [first] = other;
    const what = `frames other than ICMPv4 protocol unreachable after the ${stimulus.title}:`;
    t.expectEqual(what, other.length, 0, first === undefined ? {} : { frame: first });
    const [refusal] = refused;
    if (refusal === undefined && mustAnswer) {
      if (seen.mayHoldBack(stimulus)) t.doubt(`The node may have held back an error about the ${stimulus.title}`);
      else t.violation(`ICMPv4 protocol unreachable, as declared, after the ${stimulus.title}`, 'none', { stimulus });
    }
    if (refusal === undefined || answersByPolicy) continue;
    t.violation('nothing on any port', `ICMPv4 protocol unreachable after the ${stimulus.title}`, {
      frame: refusal,
      tolerated: true,
    });
  }
  t.expectDelivered(seen, control);
});

/** First and last address of each block that no tunnel endpoint is in (RFC 3964 section 5.3.1), private ones apart. */
const NEVER_ENDPOINTS = words(
  '0.0.0.0 0.0.0.1 0.255.255.255',
  '127.0.0.0 127.0.0.1 127.255.255.255',
  '169.254.0.0 169.254.255.255',
  '224.0.0.0 224.0.0.1 239.255.255.255',
  '240.0.0.0 247.255.255.255 254.255.255.255 255.0.0.0 255.255.255.254 255.255.255.255',
);
/** First and last address of the blocks of RFC 1918. */
const PRIVATE = words('10.0.0.0 10.255.255.255', '172.16.0.0 172.17.0.1 172.31.255.255', '192.168.0.0 192.168.255.255');
/** The neighbours of the blocks above, which are ordinary addresses. */
const NEIGHBOURS = words(
  '1.0.0.0 9.255.255.255 11.0.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0',
  '172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 223.255.255.255',
);

/** Tunnel packets from an outer source: with an inner source that embeds it, where the mapping can, and with one from outside. */
const tunnelPacketsFrom = (
  t: TestContext,
  from: Ipv4Address,
  what: string,
): { matching: Stimulus[]; outside: Stimulus[] } => {
  const { lab } = t;
  const title = `tunnel packet from ${what} ${from.toString()}`;
  const source = lab.map?.ipv4Prefix.contains(from) === true ? lab.node(from).pod() : undefined;
  return {
    matching:
      source === undefined
        ? []
        : [named(t.fromTunnel({ source }, { from }), `${title} with an inner source that embeds it`)],
    outside: [
      named(
        t.fromTunnel({ source: outsideAddress(lab) }, { from }),
        `${title} with an inner source outside the overlay`,
      ),
    ],
  };
};

/** All special outer sources are dropped, all their neighbours pass as far as the profile lets an inner source pass at all. */
const judgeOuterSources = async (t: TestContext): Promise<void> => {
  const { lab, profile } = t;
  const { privateV4, nativeInnerSrc } = profile.switches;
  const own = [lab.n1.ipv4, lab.underlay.dutSecondary];
  const vectors = (addresses: readonly Ipv4Address[], what: string): { matching: Stimulus[]; outside: Stimulus[] }[] =>
    addresses.map((address) => tunnelPacketsFrom(t, address, what));
  const rejected = [
    ...vectors(NEVER_ENDPOINTS.map(ipv4), 'special address'),
    ...vectors(privateV4 === 'deny' ? PRIVATE.map(ipv4) : [], 'private address'),
    ...vectors([lab.subnetBroadcast], 'the broadcast address of the segment,'),
    ...vectors(own, "the DUT's own address"),
  ].flatMap(({ matching, outside }) => [...matching, ...outside]);
  const toSpecial = ['127.0.0.1', '0.0.0.0'].map((to) =>
    named(t.fromTunnel({}, { to: ipv4(to) }), `tunnel packet to special address ${to}`),
  );

  const broadcast = lab.subnetBroadcast.toNumber();
  const ordinary = [
    ...NEIGHBOURS.map(ipv4),
    ...(privateV4 === 'allow' ? PRIVATE.map(ipv4) : []).filter((address) => !lab.underlay.segment.contains(address)),
    flipped(lab.subnetBroadcast, 31),
    ipv4Number(broadcast + 256),
  ];
  const accepted = vectors(ordinary, 'ordinary address').flatMap(({ matching, outside }) => [
    ...matching,
    ...(lab.map !== undefined && nativeInnerSrc === 'accept' ? outside : []),
  ]);
  await expectDroppedBeside(
    t,
    [named(t.fromTunnel(), 'tunnel packet from N2'), ...accepted],
    [...rejected, ...toSpecial],
  );
};

const ipv4Number = (value: number): Ipv4Address =>
  ipv4([24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.'));

// RFC 3964 sections 5.2 and 5.3.1, RFC 3056 section 9, RFC 1122 section 3.2.1.3: outer addresses in the blocks that are nobody's
// (this network, loopback, link-local, multicast, reserved, private ones where the profile denies them), own broadcast
// addresses and the DUT's own address as source are rejected; the addresses next to these blocks are ordinary.
decap.case('decap.outer-address-sanity', { notFor: needsIpv4Underlay }, judgeOuterSources);

/** Where outside sources are dropped anyway, the list is only seen at work once they are accepted. */
const listIsSeenAnyway = (profile: Profile): string | undefined => {
  const underlay = needsIpv4Underlay(profile);
  if (underlay !== undefined) return underlay;
  if (isConfiguredTunnel(profile)) return 'a configured tunnel knows one outer source only';
  return profile.switches.nativeInnerSrc === 'accept' ? 'the case without variant sends the same' : undefined;
};

decap.case(
  'decap.outer-address-sanity',
  { variant: 'outside-sources', setup: ANY_INNER_SOURCE, notFor: listIsSeenAnyway },
  judgeOuterSources,
);
