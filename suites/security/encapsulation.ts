import { Ipv6Address, Ipv6Prefix } from '../../harness/address/index.ts';
import { ethernetDestination, MacAddress } from '../../harness/packet/index.ts';
import type { Profile } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import {
  ANY_INNER_SOURCE,
  embeddedBits,
  embedsNothing,
  flipped,
  ipv4,
  named,
  unless,
  words,
} from '../decap/vectors.ts';
import { profileTextWith } from '../address/mapping-vectors.ts';
import { security } from './area.ts';
import { expectNotEncapsulated, expectNotEncapsulatedBeside } from './judging.ts';

/** A packet that a pod sends with a source that is not its own. */
const fromPodAs = (t: TestContext, source: Ipv6Address, destination: Ipv6Address, title: string): Stimulus =>
  named(t.fromPod({ source, destination, ethernetSource: t.lab.macOf(t.lab.n1.pod()) }), title);

const judgeForeignSources = async (t: TestContext): Promise<void> => {
  const { lab } = t;
  const others = [
    [lab.n3.ipv4, 'N3'],
    [lab.underlay.dutSecondary, "the DUT's second address"],
    ...embeddedBits(lab).map(
      (bit) => [flipped(lab.n1.ipv4, bit), `an address that differs in bit ${String(bit)}`] as const,
    ),
  ] as const;
  const toN2 = others.map(([node, what]) =>
    fromPodAs(
      t,
      lab.node(node).pod(),
      lab.n2.pod(),
      `pod packet to N2 with a source that embeds ${what} (${node.toString()})`,
    ),
  );
  const asReceiver = fromPodAs(t, lab.n2.pod(1), lab.n2.pod(), 'pod packet to N2 with a source that embeds N2 itself');
  const controls = [0, 1].map((index) =>
    named(t.fromPod({ source: lab.n1.pod(index) }), `pod packet to N2 with the source of pod ${String(index)}`),
  );
  const seen = await t.exchange(...toN2, asReceiver, ...controls);
  for (const stimulus of [...toN2, asReceiver]) expectNotEncapsulated(t, seen, stimulus, { error: 'allowed' });
  for (const control of controls) {
    const packet = t.expectTunnelled(seen, control, { outerDestination: lab.n2.ipv4 });
    if (packet === undefined) continue;
    t.expectEqual('outer source', packet.outer.source.toString(), lab.n1.ipv4.toString(), { frame: packet.frame });
  }
};

// RFC 3964 section 5.1: an inner source of the overlay that leaves the node embeds the address that the node puts into the outer
// header. A pod that writes another node's prefix into its source is stopped here, not only at the far end; and the node does not
// lend the forgery its outer header either.
security.case('security.egress-source-pair', { notFor: embedsNothing }, judgeForeignSources);

const podsMaySendAnything = ({ switches }: Profile): string | undefined =>
  switches.podSource === 'any' ? 'the case without variant has this set-up' : undefined;

// A node that forwards sources outside its own prefix still must not forward those of other nodes.
security.case(
  'security.egress-source-pair',
  {
    variant: 'any-pod-source',
    setup: ANY_INNER_SOURCE,
    notFor: unless(embedsNothing, podsMaySendAnything),
  },
  judgeForeignSources,
);

const NEVER_ENDPOINTS = words(
  '0.0.0.0 0.0.0.1 127.0.0.1 127.255.255.254 169.254.1.1 169.254.255.255',
  '224.0.0.1 239.255.255.255 240.0.0.1 254.0.0.1 255.255.255.255',
);
const PRIVATE = ['10.0.0.1', '10.0.0.2', '172.16.0.1', '172.31.255.254', '192.168.1.1'];
const ORDINARY = [
  '8.0.0.1',
  '11.0.0.1',
  '126.0.0.1',
  '128.0.0.1',
  '169.253.0.1',
  '172.15.0.1',
  '172.32.0.1',
  '192.169.0.1',
  '223.0.0.1',
];

const judgeEmbeddedDestinations = async (t: TestContext): Promise<void> => {
  const { lab } = t;
  const { privateV4 } = t.profile.switches;
  const special = [...NEVER_ENDPOINTS, ...(privateV4 === 'deny' ? PRIVATE : [])].map(ipv4);
  const refused = special.flatMap((address) => {
    const { nodePrefix } = lab.node(address);
    const what = `that embeds ${address.toString()}`;
    return [
      named(t.fromPod({ destination: nodePrefix.at(1) }), `pod packet with a destination ${what}`),
      fromPodAs(t, nodePrefix.at(1), lab.n2.pod(), `pod packet with a source ${what}`),
    ];
  });
  const ordinary = [...ORDINARY, ...(privateV4 === 'allow' ? ['10.1.2.3', '172.16.0.1', '192.168.1.1'] : [])].map(ipv4);
  const controls = ordinary.map((address) =>
    named(
      t.fromPod({ destination: lab.node(address).nodePrefix.at(1) }),
      `pod packet with a destination that embeds ${address.toString()}`,
    ),
  );
  await expectNotEncapsulatedBeside(t, controls, refused, { error: 'discouraged' });
};

const embedsSpecials = ({ mapping }: Profile): string | undefined =>
  mapping.kind === '6rd' && mapping.ipv4Prefix.length > 0
    ? 'the domain embeds no special address but the broadcast one of security.encap-own-broadcast'
    : undefined;

// RFC 3056 section 9, RFC 3964 sections 5.1 and 5.3, RFC 1122 section 3.2.1.3: an inner destination or source that embeds an IPv4
// address which is no global unicast address (private ones where the profile denies them) is discarded, preferably in silence.
security.case(
  'security.encap-embedded-non-global',
  { notFor: unless(embedsNothing, embedsSpecials) },
  judgeEmbeddedDestinations,
);

const noOtherDomain = (profile: Profile): string | undefined =>
  embedsSpecials(profile) === undefined ? 'the case without variant embeds whole IPv4 addresses' : undefined;

// A 6rd domain without common bits can name any IPv4 address; private ones are legal there.
security.case('security.encap-embedded-non-global', { variant: 'whole-address', notFor: noOtherDomain }, async (t) => {
  await t.restart({ profileText: profileTextWith(t.profile, '2001:db8::/32+0.0.0.0/0') });
  await judgeEmbeddedDestinations(t);
});

const INVALID = words(
  ':: ::1 ::2 ::192.0.2.20 ::10.0.0.2 ::ffff:1.2.3.4 ::ffff:10.0.0.2 0:1::1',
  'fe80::10 febf::1 fec0::1 feff::1 ff02::1 ff05::2 ff0e::1',
);

const LINK_LOCAL = Ipv6Prefix.parse('fe80::/10');

// RFC 3964 sections 5.1 and 5.3.2, RFC 4291 section 2.5.6: what has a source or destination in ::/16, fe80::/10, fec0::/10 or ff00::/8
// is not encapsulated, whatever the other address says. A link-local source may be told that it is out of scope. Link-local addresses
// belong to machines on the pod link: a node that looks for them there is answered, and has nothing to report some seconds later.
security.case('security.encap-invalid-inner', { notFor: embedsNothing }, async (t) => {
  const { lab } = t;
  const addresses = INVALID.map((text) => Ipv6Address.parse(text));
  const neighbours = addresses.filter((address) => LINK_LOCAL.contains(address));
  const refused = addresses.map((address) =>
    fromPodAs(t, address, lab.n2.pod(), `pod packet to N2 with source ${address.toString()}`),
  );
  const lost = addresses.map((address) => ({
    stimulus: named(t.fromPod({ destination: address }), `pod packet with destination ${address.toString()}`),
    isForPodLink: LINK_LOCAL.contains(address),
  }));
  const control = named(t.fromPod(), 'pod packet with valid addresses');
  for (const neighbour of neighbours) t.answerFor(neighbour, true);
  const seen = await t.exchange(...refused, ...lost.map(({ stimulus }) => stimulus), control);
  for (const neighbour of neighbours) t.answerFor(neighbour, false);
  for (const stimulus of refused) expectNotEncapsulated(t, seen, stimulus, { error: 'allowed' });
  for (const { stimulus, isForPodLink } of lost) {
    expectNotEncapsulated(t, seen, stimulus, { error: 'allowed', isForPodLink });
  }
  t.expectTunnelled(seen, control);
});

const judgeOwnBroadcast = async (t: TestContext): Promise<void> => {
  const { lab } = t;
  const { segment, dut, dutSecondary } = lab.underlay;
  // RFC 3021: a segment of two addresses has no broadcast address; its first one is an ordinary host.
  const hasBroadcast = segment.length < 31;
  const broadcast = hasBroadcast ? [lab.subnetBroadcast, ipv4('255.255.255.255')] : [];
  const refused = broadcast
    .filter((address) => lab.map?.ipv4Prefix.contains(address) === true)
    .map((address) =>
      named(
        t.fromPod({ destination: lab.node(address).pod() }),
        `pod packet with a destination that embeds broadcast address ${address.toString()}`,
      ),
    );

  const wideBroadcast = (dut.toNumber() | 0xff) >>> 0;
  const elsewhere = [
    wideBroadcast + 256,
    ...(segment.length > 24 ? [wideBroadcast] : []),
    ...(hasBroadcast ? [] : [flipped(dut, 31).toNumber()]),
  ]
    .map((value) => ipv4([24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.')))
    .filter((address) => lab.map?.ipv4Prefix.contains(address) === true && !address.equals(dutSecondary));
  const controls = elsewhere.map((address) =>
    named(
      t.fromPod({ destination: lab.node(address).pod() }),
      `pod packet with a destination that embeds host ${address.toString()}`,
    ),
  );
  const seen = await t.exchange(...refused, ...controls);
  for (const stimulus of refused) expectNotEncapsulated(t, seen, stimulus, { error: 'allowed' });
  controls.forEach((control, index) => {
    const address = elsewhere[index];
    t.expectTunnelled(seen, control, address === undefined ? {} : { outerDestination: address });
  });
  const flooded = seen.frames.filter(
    ({ port, bytes }) => port !== 'P' && ethernetDestination(bytes).equals(MacAddress.BROADCAST),
  );
  const [frame] = flooded;
  t.expectEqual('broadcast frames on the underlay:', flooded.length, 0, frame === undefined ? {} : { frame });
};

// RFC 3964 section 5.3.1, RFC 3056 section 9, RFC 1122 section 3.2.1.3, RFC 1812 section 5.3.7, RFC 6324: one pod packet must not become a
// packet for every host of the segment. The broadcast address follows from the prefix length: the same last octet is an
// ordinary host elsewhere.
security.case('security.encap-own-broadcast', { notFor: embedsNothing }, judgeOwnBroadcast);
security.case(
  'security.encap-own-broadcast',
  { variant: 'slash-25', setup: { underlayPrefixLength: 25 }, notFor: embedsNothing },
  judgeOwnBroadcast,
);
security.case(
  'security.encap-own-broadcast',
  { variant: 'slash-31', setup: { underlayPrefixLength: 31 }, notFor: embedsNothing },
  judgeOwnBroadcast,
);
