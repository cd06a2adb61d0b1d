import type { Ipv6Address } from '../../harness/address/index.ts';
import { routingHeader, udp } from '../../harness/packet/index.ts';
import type { Profile } from '../../harness/profile/index.ts';
import type { InnerFields, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { embedsNothing, ipv4, named, outsideAddress } from '../decap/vectors.ts';
import { security } from './area.ts';
import { expectNotEncapsulated } from './judging.ts';

const RELAY_ANYCAST = '192.88.99.1';

// RFC 7526 section 6: relays that still answer as 192.88.99.1 carry return traffic, which has native sources. It is accepted where
// 6to4 takes native sources from any relay.
security.case(
  'security.anycast-relay-source',
  {
    setup: { switches: { relay: 'configured' } },
    notFor: ({ switches }) =>
      switches.nativeInnerSrc === 'accept'
        ? undefined
        : `nativeInnerSrc=${switches.nativeInnerSrc} names the relays that are believed`,
  },
  async (t) => {
    const from = ipv4(RELAY_ANYCAST);
    const stimuli = [outsideAddress(t.lab), t.lab.native.routedPrefix.at(9)].map((source) =>
      named(
        t.fromTunnel({ source }, { from }),
        `tunnel packet from ${RELAY_ANYCAST} with the inner source ${source.toString()}`,
      ),
    );
    const seen = await t.exchange(...stimuli);
    for (const stimulus of stimuli) t.expectDelivered(seen, stimulus);
  },
);

const isBorderRelay = ({ mapping }: Profile): boolean => mapping.kind === '6rd' && mapping.role === 'br';

// RFC 3964 section 5.1, RFC 5969 section 9.2: native sources enter an overlay at its relay. A node that is none has no use for
// them, and podSource=node-prefix stops them.
const judgeNativeSources = async (t: TestContext): Promise<void> => {
  const { lab } = t;
  const stimuli = [outsideAddress(lab), lab.native.host].map((source) =>
    named(
      t.fromPod({ source, ethernetSource: lab.macOf(lab.n1.pod()) }),
      `packet on P to a remote pod with the native source ${source.toString()}`,
    ),
  );
  const control = named(t.fromPod(), 'the same packet with a source of the overlay');
  const seen = await t.exchange(...stimuli, control);
  const mayEnter = t.profile.switches.podSource === 'any' || isBorderRelay(t.profile);
  for (const stimulus of stimuli) {
    if (mayEnter) t.expectTunnelled(seen, stimulus, { outerDestination: lab.n2.ipv4 });
    else expectNotEncapsulated(t, seen, stimulus, { error: 'allowed' });
  }
  t.expectTunnelled(seen, control);
};

security.case('security.egress-native-source', { notFor: embedsNothing }, judgeNativeSources);
security.case(
  'security.egress-native-source',
  { variant: 'any', setup: { switches: { podSource: 'any' } }, notFor: embedsNothing },
  judgeNativeSources,
);

/** A Type 0 Routing header with one more address to visit (RFC 8200 section 4.4, RFC 5095). */
const sourceRouted = (next: Ipv6Address): InnerFields => {
  const data = new Uint8Array(20);
  data.set(next.bytes, 4);
  return {
    layers: [
      routingHeader({ routingType: 0, segmentsLeft: 1, data }),
      udp({ sourcePort: 41000, destinationPort: 41001 }),
    ],
  };
};

const PARAMETER_PROBLEM = { type: 4, codes: [0] } as const;

// RFC 5095 section 3, RFC 6169 section 2.3.3: a Type 0 Routing header is an unknown one: with segments left the node it is addressed to
// discards the packet. On the way to somebody else nobody looks at it.
security.case('security.routing-header-0', async (t) => {
  const { lab } = t;
  const nextHops = [
    [lab.n1.pod(1), 'a pod'],
    [lab.n2.pod(1), 'a pod on N2'],
    [lab.n3.pod(), 'a pod on N3'],
    [lab.native.host, 'a native host on P'],
  ] as const;
  const atNode = nextHops.flatMap(([next, whom]): Stimulus[] => [
    named(
      t.fromTunnel({ ...sourceRouted(next), destination: lab.overlayAddress }),
      `tunnel packet to the DUT that is source-routed to ${whom}`,
    ),
    named(
      t.fromPod({ ...sourceRouted(next), source: lab.n1.pod(2), destination: lab.overlayAddress }),
      `pod packet to the DUT that is source-routed to ${whom}`,
    ),
  ]);
  const inTransit = [
    named(t.fromTunnel(sourceRouted(lab.n2.pod(1))), 'tunnel packet to a pod that is source-routed on to N2'),
    named(t.fromPod(sourceRouted(lab.n3.pod())), 'pod packet to N2 that is source-routed on to N3'),
  ] as const;
  const seen = await t.exchange(...atNode, ...inTransit);
  for (const stimulus of atNode) t.expectNothing(seen, stimulus, { allow: [PARAMETER_PROBLEM] });
  t.expectDelivered(seen, inTransit[0]);
  t.expectTunnelled(seen, inTransit[1], { outerDestination: lab.n2.ipv4 });
});
