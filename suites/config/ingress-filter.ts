import type { Ipv6Address } from '../../harness/address/index.ts';
import { isDeclared } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named, outsideAddress } from '../decap/vectors.ts';
import { expectNotEncapsulated } from '../security/judging.ts';
import { config } from './area.ts';

/** Packets of the remote end that claim to come from this site. */
const fromOwnPrefix = (t: TestContext, sources: readonly Ipv6Address[]): Stimulus[] =>
  sources.map((source) =>
    named(
      t.fromTunnel({ source }),
      `tunnel packet with the inner source ${source.toString()} of the node's own prefix`,
    ),
  );

/** Without the filter, where that is declared, such a packet is one like any other. */
const judgeWithout = async (t: TestContext): Promise<void> => {
  const arriving = fromOwnPrefix(t, [t.lab.n1.pod(1), t.lab.unassignedPod]);
  const seen = await t.exchange(...arriving);
  for (const stimulus of arriving) t.expectDelivered(seen, stimulus);
};

const judgeFilter = async (t: TestContext): Promise<void> => {
  const { lab } = t;
  const { n1, n2, n3 } = lab;
  const asPod = { ethernetSource: lab.macOf(n1.pod()) };
  const arriving = fromOwnPrefix(t, [n1.pod(1), lab.unassignedPod, lab.overlayAddress]);
  const leaving = [n2.pod(), n3.pod(), outsideAddress(lab)].map((source) =>
    named(t.fromPod({ source, ...asPod }), `pod packet with the source ${source.toString()} of somebody else`),
  );
  const controls = [
    named(t.fromPod(), 'pod packet with a source of its own'),
    named(t.fromTunnel(), 'tunnel packet from N2'),
  ] as const;
  const seen = await t.exchange(...arriving, ...leaving, ...controls);
  for (const stimulus of arriving) t.expectNothing(seen, stimulus);
  for (const stimulus of leaving) expectNotEncapsulated(t, seen, stimulus, { error: 'allowed' });
  t.expectTunnelled(seen, controls[0]);
  t.expectDelivered(seen, controls[1]);
};

// RFC 4213 section 3.6: an administrator can switch on strict ingress filtering on a configured tunnel: nothing out of the tunnel has a source of the own site,
// nothing into it one of another. That a target has no such switch is an answer to this clause, and not to the others.
config.case(
  'config.ingress-filter-knob',
  {
    notFor: ({ mapping }) =>
      mapping.kind === '6in4' ? undefined : 'an overlay that embeds addresses checks them anyway',
  },
  async (t) => {
    const { profile } = t;
    if (profile.switches.ingressFilter === 'off' && isDeclared(profile, 'ingressFilter')) await judgeWithout(t);
    const { refused } = await t.tryRestart({ switches: { ingressFilter: 'on' } });
    if (refused === undefined) await judgeFilter(t);
    else t.violation('a switch for ingress filtering', `no switch for ingress filtering (${refused})`);
  },
);
