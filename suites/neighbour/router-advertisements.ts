import { Ipv6Address } from '../../harness/address/index.ts';
import { redirect, targetLinkLayerAddressOption } from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { embedsNothing } from '../decap/vectors.ts';
import { neighbour } from './area.ts';
import { probesOfRoutes } from './hop-limit.ts';
import {
  advertisementsFor,
  ALL_NODES,
  ATTACKER_MAC,
  expectNoMessages,
  linkLocalOf,
  named,
  probeFor,
  tempting,
  throughTunnel,
} from './vectors.ts';

/** From somebody's link-local address, as on a link; and from a pod, as only a tunnel allows. */
const advertisements = (t: TestContext): Stimulus[] => {
  const { lab } = t;
  const anybody = Ipv6Address.parse('fe80::1');
  return [
    throughTunnel(t, 'Router Advertisement from fe80::1', tempting(), { source: anybody, destination: ALL_NODES }),
    throughTunnel(t, 'Router Advertisement from the link-local address of N2', tempting(), {
      source: linkLocalOf(lab.n2.ipv4),
      destination: ALL_NODES,
    }),
    throughTunnel(t, 'Router Advertisement to the DUT', tempting(), { source: linkLocalOf(lab.n2.ipv4) }),
    throughTunnel(t, 'Router Advertisement from a pod', tempting()),
    throughTunnel(
      t,
      'Router Advertisement from the relay',
      tempting(),
      { source: linkLocalOf(lab.underlay.relay), destination: ALL_NODES },
      { from: lab.underlay.relay },
    ),
  ];
};

const redirects = (t: TestContext): Stimulus[] => {
  const { lab } = t;
  const options = [targetLinkLayerAddressOption(ATTACKER_MAC)];
  return [linkLocalOf(lab.n2.ipv4), lab.n2.pod()].map((target) =>
    throughTunnel(t, `Redirect to ${target.toString()}`, redirect({ target, destination: lab.n3.pod(), options }), {
      source: linkLocalOf(lab.n2.ipv4),
    }),
  );
};

// RFC 3964 sections 4.1.1 and 5.3.2: what comes out of a mapped overlay is never a router of the DUT's link: Router Advertisements,
// Redirects and Neighbor Solicitations with link-local addresses are discarded, and change nothing.
neighbour.case('neighbour.tunnel-ra-ignored', { fresh: true, notFor: embedsNothing }, async (t) => {
  const { lab } = t;
  for (const advertisement of [...advertisements(t), ...redirects(t)]) {
    const probes = probesOfRoutes(t, `after a ${advertisement.title}`);
    const toN3 = named(t.fromPod({ destination: lab.n3.pod() }), `pod packet to N3 after a ${advertisement.title}`);
    const seen = await t.exchange(advertisement, ...probes, toN3);
    for (const probe of probes)
      t.expectEqual(`tunnel packets for the ${probe.title}:`, seen.tunnelPackets(probe).length, 0);
    const carried = t.expectTunnelled(seen, toN3, { outerDestination: lab.n3.ipv4 });
    // A hop limit of 7 was advertised as well, which is for what the DUT sends itself.
    if (carried !== undefined)
      t.expectEqual('Hop Limit', carried.innerHeader?.hopLimit ?? 0, 63, { frame: carried.frame });
  }
  const target = linkLocalOf(lab.n1.ipv4);
  const asked = await t.exchange(
    throughTunnel(t, 'Neighbor Solicitation with link-local addresses', probeFor(target), {
      source: linkLocalOf(lab.n2.ipv4),
      destination: target,
    }),
  );
  expectNoMessages(t, `Neighbor Advertisements for ${target.toString()}:`, advertisementsFor(asked, 'tunnel', target));
});
