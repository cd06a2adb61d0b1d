import { Ipv6Address, type Ipv4Address } from '../../harness/address/index.ts';
import type { Profile } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { decap } from './area.ts';
import { expectDroppedBeside, expectForwardedUnchanged } from './judging.ts';
import {
  anybodyMaySendOutside,
  echoLayers,
  embedsNothing,
  flipped,
  ipv4,
  named,
  outsideAddress,
  unless,
} from './vectors.ts';

/** Addresses outside the overlay that would do most harm as forged sources or as destinations of an open relay. */
const foreignAddresses = ({ lab }: TestContext): readonly (readonly [what: string, address: Ipv6Address])[] => [
  ['an address of nobody', outsideAddress(lab)],
  ['a host behind a native router on P', lab.native.routedPrefix.at(5)],
  ['a native host on the pod link', lab.native.host],
];

// RFC 5969 sections 9.2 and 12, RFC 3056 section 9, RFC 3964 section 6.2: relays are few and known. An inner source outside the
// domain is believed when the outer source is a configured relay, in a closed overlay never; under nativeInnerSrc=accept, which
// 6to4 needs, from everybody.
decap.case('decap.native-source-from-anyone', { notFor: embedsNothing }, async (t) => {
  const { lab } = t;
  const sources = [lab.n2.ipv4, lab.n3.ipv4];
  if (t.profile.switches.privateV4 === 'allow') sources.push(ipv4('172.16.9.9'));
  if (t.profile.switches.relay === 'none') sources.push(lab.underlay.relay);
  const stimuli = foreignAddresses(t).flatMap(([what, source]) =>
    sources.map((from) =>
      named(
        t.fromTunnel({ source }, { from }),
        `tunnel packet from ${from.toString()} with the inner source of ${what}`,
      ),
    ),
  );
  const control = named(t.fromTunnel(), 'tunnel packet from N2 with an inner source of its own');
  if (t.profile.switches.nativeInnerSrc !== 'accept') {
    await expectDroppedBeside(t, [control], stimuli);
    return;
  }
  const seen = await t.exchange(...stimuli, control);
  for (const stimulus of [...stimuli, control]) t.expectDelivered(seen, stimulus);
});

/** A tunnel packet with an inner source outside the overlay. */
const fromOutside = (t: TestContext, from: Ipv4Address, what: string): Stimulus =>
  named(
    t.fromTunnel({ source: outsideAddress(t.lab) }, { from }),
    `tunnel packet from ${what} with an inner source outside the overlay`,
  );

// RFC 5969 section 9.2, RFC 3056 section 9, RFC 3964 section 6.2: what the configured border relay forwards from outside the domain
// is accepted; 6to4 accepts it from any relay; a closed overlay from none.
decap.case(
  'decap.native-source-from-relay',
  {
    setup: { switches: { relay: 'configured' } },
    alsoJudges: ['decap.native-source-from-anyone'],
    notFor: embedsNothing,
  },
  async (t) => {
    const { lab } = t;
    const { nativeInnerSrc } = t.profile.switches;
    const fromRelay = fromOutside(t, lab.underlay.relay, 'the configured relay');
    const fromOthers = [
      fromOutside(t, lab.n3.ipv4, 'N3'),
      // A difference of one bit, in the one that does not lead to the DUT's own second address.
      fromOutside(t, flipped(lab.underlay.relay, 30), 'a neighbour of the relay'),
      fromOutside(t, ipv4('192.88.99.1'), 'the anycast address of 6to4 relays'),
    ];
    const control = named(t.fromTunnel(), 'tunnel packet from N2 with an inner source of its own');
    const seen = await t.exchange(fromRelay, ...fromOthers, control);
    const expectAccepted = (stimulus: Stimulus): void => {
      const delivered = t.expectDelivered(seen, stimulus);
      if (delivered !== undefined) expectForwardedUnchanged(t, delivered, stimulus);
    };
    if (nativeInnerSrc === 'deny') t.expectNothing(seen, fromRelay);
    else expectAccepted(fromRelay);
    for (const stimulus of fromOthers) {
      if (nativeInnerSrc === 'accept') expectAccepted(stimulus);
      else t.expectNothing(seen, stimulus, { requirement: 'decap.native-source-from-anyone' });
    }
    expectAccepted(control);
  },
);

const relayForwards = ({ switches }: Profile): string | undefined =>
  switches.hairpin === 'deny' ? undefined : 'hairpin=relay: the DUT forwards for others';

const judgeOutsiders = async (t: TestContext): Promise<void> => {
  const { lab } = t;
  const source = Ipv6Address.parse('2001:db8:aaaa::1');
  const destinations = [
    ['an address without a route', Ipv6Address.parse('2001:db8:bbbb::1')],
    ...foreignAddresses(t),
  ] as const;
  const senders = [
    [lab.n2.ipv4, 'N2'],
    [lab.underlay.relay, 'the address of the relay'],
  ] as const;
  const stimuli = senders.flatMap(([from, sender]) =>
    destinations.map(([what, destination]) =>
      named(
        t.fromTunnel({ source, destination }, { from }),
        `tunnel packet from ${sender} between two outsiders, to ${what}`,
      ),
    ),
  );
  await expectDroppedBeside(t, [named(t.fromTunnel(), 'tunnel packet between two nodes of the overlay')], stimuli);
};

// RFC 3964 section 5.2: of the two inner addresses at least one belongs to the overlay. A packet between two outsiders only uses
// the node as a relay, whoever sent it, and whether or not there is a native route.
decap.case('decap.no-overlay-address', { notFor: embedsNothing }, judgeOutsiders);

// Where an outside source is believed from the border relay alone, only that relay's packets reach this check.
decap.case(
  'decap.no-overlay-address',
  { variant: 'from-relay', setup: { switches: { relay: 'configured' } }, notFor: anybodyMaySendOutside },
  judgeOutsiders,
);

// RFC 5969 section 9.2: after decapsulation a customer edge drops, unless told otherwise, every destination outside its own
// delegated prefix: other nodes, destinations that it could route natively, and its own addresses of other links.
decap.case('decap.own-prefix-only', { notFor: unless(embedsNothing, relayForwards) }, async (t) => {
  const { lab } = t;
  const others = [lab.n3.ipv4, lab.n2.ipv4, flipped(lab.n1.ipv4, 31)].map((node) =>
    named(
      t.fromTunnel({ destination: lab.node(node).pod() }),
      `tunnel packet with a destination in the prefix of ${node.toString()}`,
    ),
  );
  const foreign = foreignAddresses(t).map(([what, destination]) =>
    named(t.fromTunnel({ destination }), `tunnel packet with the destination of ${what}`),
  );
  const ownElsewhere = [lab.native.dutAddress, lab.podGateway].map((destination) =>
    named(
      t.fromTunnel({ destination, layers: echoLayers() }),
      `echo request through the tunnel to ${destination.toString()}, the DUT's own address on the pod link`,
    ),
  );
  const controls = [lab.n1.pod(), lab.n1.pod(1)].map((destination) =>
    named(t.fromTunnel({ destination }), `tunnel packet to pod ${destination.toString()}`),
  );
  await expectDroppedBeside(t, controls, [...others, ...foreign, ...ownElsewhere]);
});
