import type { Ipv4Address } from '../../harness/address/index.ts';
import type { Profile } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { profileTextWith } from '../address/mapping-vectors.ts';
import { expectNotEncapsulated } from '../security/judging.ts';
import { decap } from './area.ts';
import { expectDroppedBeside, expectNotTaken } from './judging.ts';
import {
  echoLayers,
  embeddedBits,
  embedsNothing,
  flipped,
  ipv4,
  named,
  pairsMayDiffer,
  toPodAndSelf,
  unless,
} from './vectors.ts';

const relayReturns = ({ switches }: Profile): string | undefined =>
  switches.hairpin === 'deny' ? undefined : 'hairpin=relay: the DUT returns packets into the tunnel';

// RFC 4213 section 3.6: the source check is not a matter of forwarding. It also holds for what the node itself consumes, so that
// nobody reaches its own transports with a forged address.
decap.case('decap.check-covers-local-delivery', { notFor: pairsMayDiffer }, async (t) => {
  const { lab } = t;
  const spoofed = (layers: ReturnType<typeof echoLayers> | undefined, what: string): Stimulus =>
    named(
      t.fromTunnel(
        { source: lab.n2.pod(), destination: lab.overlayAddress, ...(layers === undefined ? {} : { layers }) },
        { from: lab.n3.ipv4 },
      ),
      `${what} to the DUT's overlay address from N3 with an inner source of N2`,
    );
  const stimuli = [spoofed(echoLayers(), 'echo request'), spoofed(undefined, 'UDP packet')];
  const control = named(
    t.fromTunnel({ destination: lab.overlayAddress, layers: echoLayers() }),
    "echo request to the DUT's overlay address from N2 itself",
  );
  const seen = await t.exchange(...stimuli, control);
  for (const stimulus of stimuli) expectNotTaken(t, seen, stimulus);
  t.expectTunnelled(seen, control, { outerDestination: lab.n2.ipv4 });
});

// RFC 3964 section 5.2 and RFC 5969 section 9.2: an inner destination of the overlay embeds the IPv4 address that the outer header
// names. Anything else would make the node an open relay between other nodes.
decap.case('decap.destination-matches-outer', { notFor: unless(embedsNothing, relayReturns) }, async (t) => {
  const { lab } = t;
  const others = [lab.n3.ipv4, lab.n2.ipv4, ...embeddedBits(lab).map((bit) => flipped(lab.n1.ipv4, bit))];
  const elsewhere = others.map((other) =>
    named(
      t.fromTunnel({ destination: lab.node(other).pod() }),
      `tunnel packet to the DUT with an inner destination of node ${other.toString()}`,
    ),
  );
  const { dutSecondary } = lab.underlay;
  const embedsSecond = named(
    t.fromTunnel({ destination: lab.node(dutSecondary).pod() }),
    'tunnel packet to the DUT with an inner destination that embeds its second address',
  );
  // No tunnel may have this address at all, so the node may refuse the packet as one of an unknown protocol.
  const toSecond = named(
    t.fromTunnel({}, { to: dutSecondary }),
    "tunnel packet to the DUT's second address with an inner destination that embeds the first",
  );
  const control = named(t.fromTunnel(), 'the same packet to a pod of the DUT');
  const seen = await t.exchange(...elsewhere, embedsSecond, toSecond, control);
  for (const stimulus of [...elsewhere, embedsSecond]) t.expectNothing(seen, stimulus);
  expectNotTaken(t, seen, toSecond);
  t.expectDelivered(seen, control);
});

const noCommonBits = ({ mapping }: Profile): string | undefined =>
  mapping.kind !== '6rd' || mapping.ipv4Prefix.length === 0 ? 'the prefix carries the whole IPv4 address' : undefined;

// RFC 5969 section 9.2: the inner source stands for a whole IPv4 address, the common bits that the prefix does not carry included.
// An outer source that agrees in the carried bits alone is a forgery.
decap.case(
  'decap.source-compares-all-bits',
  { notFor: unless(embedsNothing, noCommonBits, pairsMayDiffer) },
  async (t) => {
    const { lab } = t;
    const commonBits = Array.from({ length: lab.map?.ipv4Prefix.length ?? 0 }, (_, bit) => bit);
    const outside = commonBits.map((bit) => flipped(lab.n2.ipv4, bit));
    const isTen = lab.map?.ipv4Prefix.toString() === '10.0.0.0/8';
    const stimuli = [...outside, ...(isTen ? [ipv4('172.0.0.2')] : [])].flatMap((from) =>
      toPodAndSelf(
        t,
        `tunnel packet from ${from.toString()}, whose low bits are those of N2, with an inner source of N2`,
        { from },
      ),
    );
    await expectDroppedBeside(t, [named(t.fromTunnel(), 'the same packet from N2 itself')], stimuli);
  },
);

// RFC 3964 section 5.2, RFC 5969 section 9.2, RFC 6169 section 2.2.3: an inner source of the overlay embeds the outer source. A
// mismatch is dropped, and nobody is told, since the source that could be told is the forged one. Only RFC 3056 section 9 takes packets from any
// node; whoever is declared to do that does it.
decap.case('decap.source-matches-embedded', { notFor: embedsNothing }, async (t) => {
  const { lab } = t;
  const spoofed = (embedded: Ipv4Address, from: Ipv4Address): Stimulus =>
    named(
      t.fromTunnel({ source: lab.node(embedded).pod() }, { from }),
      `tunnel packet from ${from.toString()} with an inner source of node ${embedded.toString()}`,
    );
  const n2 = lab.n2.ipv4;
  const oneBit = embeddedBits(lab).map((bit) => flipped(n2, bit));
  const stimuli = [
    spoofed(n2, lab.n3.ipv4),
    spoofed(lab.n3.ipv4, n2),
    // A comparison with the outer destination in place of the source would let this pass.
    spoofed(lab.n1.ipv4, n2),
    spoofed(lab.underlay.dutSecondary, n2),
    ...oneBit.flatMap((other) => [spoofed(n2, other), spoofed(other, n2)]),
  ];
  const controls = [lab.n2, lab.n3].map((node) =>
    named(
      t.fromTunnel({ source: node.pod() }, { from: node.ipv4 }),
      `tunnel packet from ${node.ipv4.toString()} with an inner source of its own`,
    ),
  );
  if (t.profile.switches.sourcePair === 'strict') await expectDroppedBeside(t, controls, stimuli);
  else await expectTaken(t, [...controls, ...stimuli.slice(0, 2)]);
});

const expectTaken = async (t: TestContext, stimuli: readonly Stimulus[]): Promise<void> => {
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) t.expectDelivered(seen, stimulus);
};

/** IPv4 addresses that no node has, as far as an address of the overlay can embed them under the profile. */
const embeddableSpecials = ({ lab, profile }: TestContext): Ipv4Address[] => {
  const never = [
    '0.0.0.0',
    '0.0.0.1',
    '127.0.0.1',
    '169.254.0.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
  ];
  const privateBlocks = ['10.0.0.1', '172.16.0.1', '172.31.255.254', '192.168.0.1'];
  return [...never, ...(profile.switches.privateV4 === 'deny' ? privateBlocks : [])]
    .map(ipv4)
    .concat(lab.subnetBroadcast)
    .filter((address) => lab.map?.ipv4Prefix.contains(address) === true);
};

/** Inner addresses that embed a special address are rejected in both directions and in both fields. */
const judgeEmbeddedSpecials = async (t: TestContext): Promise<void> => {
  const { lab } = t;
  const stimuli = embeddableSpecials(t).flatMap((special) => {
    const address = lab.node(special).pod();
    const what = `that embeds ${special.toString()}`;
    return [
      named(
        t.fromTunnel({ source: address }, { from: special }),
        `tunnel packet with an inner source ${what}, from that address`,
      ),
      named(t.fromTunnel({ source: address }), `tunnel packet with an inner source ${what}, from N2`),
      named(t.fromTunnel({ destination: address }), `tunnel packet with an inner destination ${what}`),
      named(
        t.fromTunnel({ destination: address }, { to: special }),
        `tunnel packet to ${special.toString()} with an inner destination ${what}`,
      ),
    ];
  });
  const fromPods = embeddableSpecials(t)
    // Broadcast addresses of the DUT's own segment may be answered, see security.encap-own-broadcast.
    .filter((special) => !special.equals(lab.subnetBroadcast))
    .flatMap((special) => {
      const address = lab.node(special).pod();
      const what = `that embeds ${special.toString()}`;
      return [
        named(t.fromPod({ destination: address }), `pod packet with a destination ${what}`),
        named(
          t.fromPod({ source: address, ethernetSource: lab.macOf(lab.n1.pod()) }),
          `pod packet with a source ${what}`,
        ),
      ];
    });
  const control = named(t.fromTunnel(), 'tunnel packet whose addresses embed nodes');
  const seen = await t.exchange(...stimuli, ...fromPods, control);
  for (const stimulus of stimuli) t.expectNothing(seen, stimulus);
  for (const stimulus of fromPods) {
    // Only 6to4 nodes must not even tell their own pods.
    if (t.profile.mapping.kind === '6to4') t.expectNothing(seen, stimulus);
    else expectNotEncapsulated(t, seen, stimulus, { error: 'discouraged' });
  }
  t.expectDelivered(seen, control);
};

// RFC 3964 section 5.3.2 and RFC 3056 section 9, both of 6to4: an inner source or destination that embeds an address which no node can have is
// rejected in silence, on the way in as on the way out.
decap.case('decap.embedded-address-sanity', { notFor: embedsNothing }, judgeEmbeddedSpecials);

const embedsAllAnyway = ({ mapping }: Profile): string | undefined =>
  mapping.kind === '6rd' ? undefined : 'the case without variant embeds whole IPv4 addresses';

// A 6rd domain without common bits can embed any IPv4 address; in the usual one only the broadcast address is special.
decap.case('decap.embedded-address-sanity', { variant: 'whole-address', notFor: embedsAllAnyway }, async (t) => {
  await t.restart({ profileText: profileTextWith(t.profile, '2001:db8::/32+0.0.0.0/0') });
  await judgeEmbeddedSpecials(t);
});
