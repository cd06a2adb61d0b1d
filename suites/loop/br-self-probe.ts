import type { Profile } from '../../harness/profile/index.ts';
import type { Stimulus } from '../../harness/tester/context.ts';
import { onLinkNodes } from '../on-link-nodes.ts';
import { loop } from './area.ts';

const SENT_HOP_LIMIT = 33;

const whereDenied = ({ switches }: Profile): string | undefined =>
  switches.hairpin === 'relay' ? undefined : 'hairpin=deny: the relay is set up not to return anything';

// RFC 5969 section 8: a node finds out whether its border relay is alive with a packet to itself, which the relay treats as ordinary
// traffic: it decapsulates the packet, forwards it, and so sends it back.
loop.case('loop.br-self-probe', { notFor: whereDenied }, async (t) => {
  const nodes = onLinkNodes(t.lab, 4);
  const probes = nodes.flatMap(({ ipv4, nodePrefix, pod }) =>
    [
      { source: pod(), destination: pod() },
      { source: nodePrefix.at(9), destination: pod(1) },
    ].map((addresses): { readonly stimulus: Stimulus; readonly ipv4: typeof ipv4 } => ({
      ipv4,
      stimulus: {
        ...t.fromTunnel({ ...addresses, hopLimit: SENT_HOP_LIMIT }, { from: ipv4 }),
        title: `probe of ${ipv4.toString()} from ${addresses.source.toString()} to ${addresses.destination.toString()}`,
      },
    })),
  );
  const seen = await t.exchange(...probes.map(({ stimulus }) => stimulus));
  for (const { stimulus, ipv4 } of probes) {
    const packet = t.expectTunnelled(seen, stimulus, { outerDestination: ipv4 });
    if (packet === undefined) continue;
    const { frame, outer, innerHeader } = packet;
    t.expectEqual(`outer source (${stimulus.title})`, outer.source.toString(), t.lab.n1.ipv4.toString(), { frame });
    t.expectEqual(`inner Hop Limit (${stimulus.title})`, innerHeader?.hopLimit ?? -1, SENT_HOP_LIMIT - 1, { frame });
  }
});
