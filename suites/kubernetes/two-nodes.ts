import type { Stimulus } from '../../harness/tester/context.ts';
import { embedsNothing } from '../decap/vectors.ts';
import { kubernetes } from './area.ts';

const HOST_PARTS = [0, 1, 2, 3];

// Kubernetes network model: every pod has an address of its own. Nobody hands them out here: the same host part behind two nodes makes
// two addresses, because the nodes' prefixes differ, and each is reached. The DUT plays one node after the other, and what the first
// has sent to the second is what the second gets.
kubernetes.case('kubernetes.unique-pod-address', { notFor: embedsNothing }, async (t) => {
  const first = t.lab;
  const { n1, n2, n3 } = first;
  const addresses = [n1, n2, n3].map((node) => node.pod().toString());
  t.expectEqual('number of addresses that three nodes make of one host part:', new Set(addresses).size, 3);
  const outbound = [n2, n3].flatMap((node) =>
    HOST_PARTS.map((index) => ({
      node,
      stimulus: {
        ...t.fromPod({ source: n1.pod(index), destination: node.pod(index) }),
        title: `pod packet from ${n1.pod(index).toString()} to ${node.pod(index).toString()}`,
      },
    })),
  );
  const seen = await t.exchange(...outbound.map(({ stimulus }) => stimulus));
  const carried = outbound.flatMap(({ node, stimulus }) => {
    const packet = t.expectTunnelled(seen, stimulus, { outerDestination: node.ipv4 });
    return packet === undefined || node !== n2 ? [] : [{ stimulus, inner: packet.inner }];
  });

  await t.restart({ dutIpv4: n2.ipv4.toString() });
  const replayed = carried.map(({ stimulus, inner }): Stimulus => ({
    ...t.fromTunnel(inner, { from: n1.ipv4 }),
    mark: stimulus.mark,
    title: `${stimulus.title}, as the second node gets it`,
  }));
  const answers = HOST_PARTS.map((index) => ({
    ...t.fromPod({ source: n2.pod(index), destination: n1.pod(index) }),
    title: `answer from ${n2.pod(index).toString()} to ${n1.pod(index).toString()}`,
  }));
  const seenBySecond = await t.exchange(...replayed, ...answers);
  for (const stimulus of replayed) t.expectDelivered(seenBySecond, stimulus);
  for (const stimulus of answers) t.expectTunnelled(seenBySecond, stimulus, { outerDestination: n1.ipv4 });
});
