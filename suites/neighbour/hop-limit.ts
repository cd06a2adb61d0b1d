import {
  ethernetDestination,
  neighborAdvertisement,
  neighborSolicitation,
  sourceLinkLayerAddressOption,
  targetLinkLayerAddressOption,
} from '../../harness/packet/index.ts';
import { isConfiguredTunnel } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { neighbour } from './area.ts';
import {
  advertisementsFor,
  ALL_NODES,
  ATTACKER_MAC,
  BEHIND_DEFAULT_ROUTE,
  expectNoMessages,
  fromPodLink,
  IN_ADVERTISED_PREFIX,
  linkLocalOf,
  named,
  probeFor,
  tempting,
  throughTunnel,
} from './vectors.ts';

/** A router on the way lowers it, so only a neighbour can send 255. */
const INVALID_HOP_LIMITS = [254, 128, 64, 1, 0] as const;

/** Packets for destinations to which only a Router Advertisement could have shown a way. */
export const probesOfRoutes = (t: TestContext, when: string): Stimulus[] =>
  [IN_ADVERTISED_PREFIX, BEHIND_DEFAULT_ROUTE].map((destination, index) =>
    named(t.fromPod({ source: t.lab.n1.pod(index), destination }), `pod packet to ${destination.toString()} ${when}`),
  );

// RFC 4861 section 7.1, RFC 4213 section 5: Neighbor Discovery messages with a hop limit other than 255 may come from anywhere, and
// are discarded: also in the tunnel, where everything comes from far away.
neighbour.case('neighbour.hop-limit-255', async (t) => {
  const { lab } = t;
  const own = lab.overlayAddress;
  const addresses = isConfiguredTunnel(t.profile)
    ? [
        { source: lab.n2.pod(), target: own },
        { source: linkLocalOf(lab.n2.ipv4), target: linkLocalOf(lab.n1.ipv4) },
      ]
    : [{ source: lab.n2.pod(), target: own }];
  const solicitations = addresses.flatMap(({ source, target }) =>
    INVALID_HOP_LIMITS.map((hopLimit) =>
      throughTunnel(t, `Neighbor Solicitation with hop limit ${String(hopLimit)}`, probeFor(target), {
        source,
        destination: target,
        hopLimit,
      }),
    ),
  );
  const seen = await t.exchange(...solicitations);
  for (const { target } of addresses)
    expectNoMessages(
      t,
      `Neighbor Advertisements for ${target.toString()} after Neighbor Solicitations with hop limits below 255:`,
      advertisementsFor(seen, 'tunnel', target),
    );

  const advertisements = INVALID_HOP_LIMITS.flatMap((hopLimit) => [
    throughTunnel(t, `Router Advertisement with hop limit ${String(hopLimit)}`, tempting(), {
      source: linkLocalOf(lab.n2.ipv4),
      destination: ALL_NODES,
      hopLimit,
    }),
    throughTunnel(t, `Router Advertisement to the DUT with hop limit ${String(hopLimit)}`, tempting(), { hopLimit }),
  ]);
  const probes = probesOfRoutes(t, 'after Router Advertisements with hop limits below 255');
  const after = await t.exchange(...advertisements, ...probes);
  for (const probe of probes)
    t.expectEqual(`tunnel packets for the ${probe.title}:`, after.tunnelPackets(probe).length, 0);
});

// The same among pods, where the DUT does speak Neighbor Discovery.
neighbour.case('neighbour.hop-limit-255', { variant: 'pod-link' }, async (t) => {
  const { lab } = t;
  const asking = lab.n1.pod(1);
  const asked = neighborSolicitation({
    target: lab.podGateway,
    options: [sourceLinkLayerAddressOption(lab.macOf(asking))],
  });
  const learned = t.fromTunnel({ destination: asking });
  await t.exchange(learned);
  const claims = INVALID_HOP_LIMITS.flatMap((hopLimit) => [
    fromPodLink(t, `Neighbor Solicitation on P with hop limit ${String(hopLimit)}`, asked, {
      source: asking,
      hopLimit,
    }),
    fromPodLink(
      t,
      `Neighbor Advertisement on P with hop limit ${String(hopLimit)}`,
      neighborAdvertisement({
        target: asking,
        solicited: true,
        override: true,
        options: [targetLinkLayerAddressOption(ATTACKER_MAC)],
      }),
      { source: asking, hopLimit, ethernetSource: ATTACKER_MAC },
    ),
  ]);
  const data = named(t.fromTunnel({ destination: asking }), 'tunnel packet to the pod whose address was claimed');
  const seen = await t.exchange(...claims, data);
  const answers = advertisementsFor(seen, 'P', lab.podGateway).filter(({ ipv6 }) =>
    ipv6.header.destination.equals(asking),
  );
  expectNoMessages(t, 'Neighbor Advertisements on P after Neighbor Solicitations with hop limits below 255:', answers);
  const delivered = t.expectDelivered(seen, data);
  if (delivered === undefined) return;
  const { frame } = delivered;
  t.expectEqual('Ethernet destination', ethernetDestination(frame.bytes).toString(), lab.macOf(asking).toString(), {
    frame,
  });

  // With 255 the same question is answered.
  const valid = await t.exchange(
    fromPodLink(t, 'Neighbor Solicitation on P with hop limit 255', asked, { source: asking }),
  );
  const count = advertisementsFor(valid, 'P', lab.podGateway).filter(({ ipv6 }) =>
    ipv6.header.destination.equals(asking),
  );
  t.expectEqual('Neighbor Advertisements on P after a Neighbor Solicitation with hop limit 255:', count.length, 1);
});
