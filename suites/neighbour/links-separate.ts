import {
  ethernetDestination,
  neighborAdvertisement,
  neighborSolicitation,
  redirect,
  sourceLinkLayerAddressOption,
  targetLinkLayerAddressOption,
} from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { neighbour } from './area.ts';
import { ALL_NODES, ATTACKER_MAC, fromPodLink, linkLocalOf, messagesIn, named, throughTunnel } from './vectors.ts';

const CLAIM = {
  solicited: true,
  override: true,
  options: [targetLinkLayerAddressOption(ATTACKER_MAC)],
} as const;
const ASKING = [sourceLinkLayerAddressOption(ATTACKER_MAC)] as const;

/** Messages through the tunnel that claim the address of a pod for somebody else. */
const claimsOfPod = (t: TestContext): Stimulus[] => {
  const { lab } = t;
  const pod = lab.n1.pod(1);
  const peer = linkLocalOf(lab.n2.ipv4);
  const own = linkLocalOf(lab.n1.ipv4);
  const question = neighborSolicitation({ target: lab.overlayAddress, options: ASKING });
  const claim = neighborAdvertisement({ ...CLAIM, target: pod });
  return [
    throughTunnel(t, 'Neighbor Advertisement for a pod through the tunnel', claim),
    throughTunnel(t, 'Neighbor Advertisement for a pod through the tunnel to all nodes', claim, {
      destination: ALL_NODES,
    }),
    throughTunnel(t, 'Neighbor Advertisement for a pod through the tunnel, link-local', claim, {
      source: peer,
      destination: own,
    }),
    throughTunnel(t, 'Neighbor Advertisement through the tunnel from the address of a pod', claim, { source: pod }),
    throughTunnel(t, 'Neighbor Solicitation through the tunnel from the address of a pod', question, { source: pod }),
    throughTunnel(
      t,
      'Redirect of a pod through the tunnel',
      redirect({ target: pod, destination: pod, options: [targetLinkLayerAddressOption(ATTACKER_MAC)] }),
      { source: peer, destination: own },
    ),
  ];
};

// RFC 4213 section 5: the tunnel and the pod link are different links. What somebody says through the tunnel about a pod's link-layer
// address changes nothing among the pods, and makes the DUT ask nobody there.
neighbour.case('neighbour.links-separate', async (t) => {
  const { lab } = t;
  const pod = lab.n1.pod(1);
  // The DUT learns the pod's own address.
  await t.exchange(t.fromTunnel({ destination: pod }));
  for (const claim of claimsOfPod(t)) {
    const data = named(t.fromTunnel({ destination: pod }), `tunnel packet to a pod after a ${claim.title}`);
    const seen = await t.exchange(claim, data);
    const delivered = t.expectDelivered(seen, data);
    if (delivered !== undefined) {
      const { frame } = delivered;
      const to = ethernetDestination(frame.bytes).toString();
      t.expectEqual(`Ethernet destination of the ${data.title}`, to, lab.macOf(pod).toString(), { frame });
    }
    const asked = messagesIn(seen, 'P').filter(
      ({ message }) => message.kind === 'neighbor-solicitation' && message.target.equals(pod),
    );
    t.expectEqual(`at most one Neighbor Solicitation on P after a ${claim.title}:`, asked.length <= 1, true);
  }
});

/** Messages on the pod link that claim the address of another node's pod, or of the other end of the tunnel. */
const claimsOfPeer = (t: TestContext): Stimulus[] => {
  const { lab } = t;
  return [lab.n2.pod(), linkLocalOf(lab.n2.ipv4)].flatMap((target) => [
    fromPodLink(t, `Neighbor Advertisement for ${target.toString()} on P`, neighborAdvertisement({ ...CLAIM, target })),
    fromPodLink(
      t,
      `Neighbor Solicitation from ${target.toString()} on P`,
      neighborSolicitation({ target: lab.podGateway, options: ASKING }),
      { source: target, ethernetSource: ATTACKER_MAC },
    ),
  ]);
};

// And what a pod says of the other end changes nothing in the tunnel.
neighbour.case('neighbour.links-separate', { variant: 'pods' }, async (t) => {
  const { lab } = t;
  for (const claim of claimsOfPeer(t)) {
    const data = named(t.fromPod(), `pod packet after a ${claim.title}`);
    const seen = await t.exchange(claim, data);
    t.expectTunnelled(seen, data, { outerDestination: lab.n2.ipv4 });
  }
});
