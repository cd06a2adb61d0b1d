import { Ipv6Address } from '../../harness/address/index.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { echoLayers, ipv4, named } from '../decap/vectors.ts';
import { security } from './area.ts';
import { expectNotEncapsulated } from './judging.ts';

/** The 6to4 prefix of an IPv4 address (RFC 3056 section 2), with the bits after it in text. */
const sixToFour = (address: { readonly bytes: Uint8Array }, rest: string): Ipv6Address => {
  const groups = [0, 2].map((at) => (((address.bytes[at] ?? 0) << 8) | (address.bytes[at + 1] ?? 0)).toString(16));
  return Ipv6Address.parse(`2002:${groups.join(':')}:${rest}`);
};

const RELAY_ANYCAST = '192.88.99.1';

// RFC 7526 section 5 and RFC 6343 section 4.1: 6to4 is off until somebody turns it on; a public IPv4 address and IPv6 forwarding do not
// turn it on, and the anycast relay is never used by itself. The DUT has both here, and a 6rd domain as its only overlay, whose
// packets prove that it is alive.
security.case(
  'security.6to4-off-by-default',
  { setup: { profileText: '6rd:2001:db8:0:ff00::/56+192.0.2.0/24' } },
  async (t) => {
    const { lab } = t;
    const remote = ipv4('198.51.100.30');
    const ownSixToFour = sixToFour(lab.n1.ipv4, '1::10');
    const destinations = [
      [sixToFour(lab.n2.ipv4, '1::10'), 'N2 in 6to4 form'],
      [sixToFour(remote, '1::10'), 'a public address in 6to4 form'],
      [sixToFour(ipv4(RELAY_ANYCAST), ':'), 'the anycast relay'],
    ] as const;
    const { n1, macs, macOf } = lab;
    const fromPods = destinations.flatMap(([destination, what]) => [
      named(t.fromPod({ destination }), `pod packet to ${what}`),
      named(
        t.fromPod({
          source: ownSixToFour,
          destination,
          ethernetSource: macOf(n1.pod()),
          ethernetDestination: macs.dut.P,
        }),
        `packet of a 6to4 source on P to ${what}`,
      ),
    ]);
    const fromTunnel = fromSixToFour(t, ownSixToFour);
    const controls = [named(t.fromPod(), 'pod packet to N2'), named(t.fromTunnel(), 'tunnel packet from N2')] as const;
    const seen = await t.exchange(...fromPods, ...fromTunnel, ...controls);
    for (const stimulus of fromPods) expectNotEncapsulated(t, seen, stimulus, { error: 'allowed' });
    for (const stimulus of fromTunnel) t.expectNothing(seen, stimulus);
    t.expectTunnelled(seen, controls[0]);
    t.expectDelivered(seen, controls[1]);
  },
);

/** Packets that a 6to4 router would take out of their tunnel, for a pod and for its own address. */
const fromSixToFour = (t: TestContext, ownSixToFour: Ipv6Address): ReturnType<TestContext['fromTunnel']>[] => {
  const { lab } = t;
  const remote = ipv4('198.51.100.30');
  const senders = [
    [lab.n2.ipv4, 'N2'],
    [remote, 'a public address'],
  ] as const;
  return senders.flatMap(([from, who]) => {
    const source = sixToFour(from, '1::10');
    const ownAddress = sixToFour(lab.n1.ipv4, ':1');
    return [
      named(
        t.fromTunnel({ source, destination: ownSixToFour }, { from }),
        `6to4 packet from ${who} to a host in the DUT's 6to4 prefix`,
      ),
      named(
        t.fromTunnel({ source, destination: ownAddress, layers: echoLayers() }, { from }),
        `6to4 echo request from ${who} to the DUT`,
      ),
    ];
  });
};
