import { Ipv6Address } from '../../harness/address/index.ts';
import type { Lab } from '../../harness/lab/index.ts';
import { equalBytes, IPV6 } from '../../harness/packet/index.ts';
import { isBorderRelay } from '../../harness/profile/index.ts';
import type { PodStimulusFields, Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { onLinkNodes } from '../on-link-nodes.ts';
import { address } from './area.ts';
import { embeddingOnly, profileTextWith } from './mapping-vectors.ts';

const UNREACHABLE = { allow: [{ type: 1 }] };

const podPacketTo = (t: TestContext, destination: string | Ipv6Address, fields: PodStimulusFields = {}): Stimulus => {
  const to = typeof destination === 'string' ? Ipv6Address.parse(destination) : destination;
  const from = fields.source === undefined ? 'pod packet' : `packet of ${fields.source.toString()}`;
  return { ...t.fromPod({ ...fields, destination: to }), title: `${from} to ${to.toString()}` };
};

/** Negative vectors and, beside them, a legal packet that must pass. */
const expectRefused = async (t: TestContext, refused: readonly Stimulus[]): Promise<void> => {
  const legal = podPacketTo(t, t.lab.n2.pod());
  const seen = await t.exchange(...refused, legal);
  for (const stimulus of refused) t.expectNothing(seen, stimulus, UNREACHABLE);
  t.expectTunnelled(seen, legal, { outerDestination: t.lab.n2.ipv4 });
};

// RFC 7059 section 3.2, RFC 4213 section 8, RFC 3964 section 5.3.2: automatic tunnelling to IPv4-compatible destinations
// (::a.b.c.d, RFC 4291 section 2.5.5.1) was removed, so a packet to ::/96 must not become a tunnel packet to a.b.c.d.
address.case('address.no-ipv4-compatible-tunnelling', async (t) => {
  const nodes = ['192.0.2.20', '10.0.0.9', '198.51.100.1', t.lab.n2.ipv4.toString()];
  await expectRefused(
    t,
    [...new Set(nodes)].map((ipv4) => podPacketTo(t, `::${ipv4}`)),
  );
});

// RFC 3056 section 5.3, RFC 3964 section 5.1: a destination outside the overlay prefix names no node, and without a relay there
// is nowhere to send it: not to what its bits look like, not to 0.0.0.0, and not to a gateway.
address.case(
  'address.outside-domain-not-encapsulated',
  {
    notFor: (profile) =>
      embeddingOnly(profile) ?? (profile.switches.relay === 'configured' ? 'a relay takes what is outside' : undefined),
  },
  async (t) => {
    const { lab, profile } = t;
    const outside = lab.outsidePrefix.at(1);
    const toOutside = [
      podPacketTo(t, outside),
      podPacketTo(t, lab.outsidePrefix.at(lab.n2.ipv4.toNumber())),
      podPacketTo(t, outside, { source: lab.native.host }),
    ];
    const beside = podPacketTo(t, besideDomain(lab));
    if (isBorderRelay(profile)) {
      // What is outside is native there, and no node of the domain.
      const seen = await t.exchange(...toOutside);
      for (const stimulus of toOutside) expectNative(t, seen, stimulus);
      await expectRefused(t, [beside]);
    } else await expectRefused(t, [...toOutside, beside]);
    if (profile.mapping.kind === '6rd') await judgeUnalignedBorder(t);
  },
);

/** On its way on P and not in the tunnel; a router may tell the sender of the shorter way (Redirect, RFC 4861 section 8.2). */
const expectNative = (t: TestContext, seen: Seen, stimulus: Stimulus): void => {
  const destination = stimulus.inner.subarray(IPV6.DESTINATION, IPV6.HEADER_LENGTH);
  const forwarded = seen
    .podPackets(stimulus)
    .filter(
      ({ frame, packet }) =>
        frame.port === 'P' && equalBytes(packet.subarray(IPV6.DESTINATION, IPV6.HEADER_LENGTH), destination),
    );
  t.expectEqual(`number of native packets for the ${stimulus.title}`, forwarded.length, 1);
  t.expectEqual(`number of tunnel packets for the ${stimulus.title}`, seen.tunnelPackets(stimulus).length, 0);
};

/** The pod of N2 in the domain whose prefix differs from the lab's in the last bit. */
const besideDomain = ({ map, n2 }: Lab): Ipv6Address => {
  const lastBit = 1n << BigInt(128 - (map?.domainPrefix.length ?? 0));
  return Ipv6Address.fromBigInt(n2.pod().toBigInt() ^ lastBit);
};

/** A domain of 33 bits: the other half of its fifth octet is somebody else's. */
const judgeUnalignedBorder = async (t: TestContext): Promise<void> => {
  const domain = '2001:db8:8000::/33+192.0.0.0/8';
  const { refused } = await t.tryRestart({ profileText: profileTextWith(t.profile, domain) });
  if (refused === undefined)
    await expectRefused(
      t,
      ['2001:db8:38:a680::10', '2001:db8:1:180::10'].map((to) => podPacketTo(t, to)),
    );
  else t.note(`not supported: ${domain}: ${refused}`);
};

// RFC 3056 section 5.3: a destination of the overlay is its own next hop: its packets go straight to its node, also where
// the node has a relay for everything else.
address.case(
  'address.overlay-destination-direct',
  { setup: { switches: { relay: 'configured' } }, notFor: embeddingOnly },
  async (t) => {
    const nodes = onLinkNodes(t.lab, 4);
    const stimuli = nodes.map(({ ipv4, pod }) => ({
      ipv4,
      stimulus: { ...t.fromPod({ destination: pod(1) }), title: `pod packet to a pod of ${ipv4.toString()}` },
    }));
    const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus));
    for (const { ipv4, stimulus } of stimuli) t.expectTunnelled(seen, stimulus, { outerDestination: ipv4 });
  },
);
