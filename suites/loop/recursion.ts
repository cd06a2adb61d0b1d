import type { Ipv4Address } from '../../harness/address/index.ts';
import type { Profile } from '../../harness/profile/index.ts';
import type { Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { growthOf } from '../counters.ts';
import { named } from '../decap/vectors.ts';
import { loop } from './area.ts';

const packetsOut = (seen: Seen, stimulus: Stimulus): number =>
  seen.of(stimulus).filter(({ port }) => port !== 'P').length;

const remoteWouldBeUnreachable = ({ mapping }: Profile): string | undefined =>
  mapping.kind === '6rd' || mapping.kind === '6to4'
    ? undefined
    : 'the one remote end would be unreachable, and no good packet could show that the node is alive';

/** Pod packets to an endpoint whose route leads into the tunnel, on a DUT that has such a route. */
const intoTheLoop = async (
  t: TestContext,
): Promise<{ readonly stimuli: readonly Stimulus[]; readonly endpoint: Ipv4Address }> => {
  const network =
    t.lab.underlay.behindA ?? t.skip('The IPv4 prefix of the mapping has no room for a network beyond the segment');
  await t.restart({ routesIntoTunnel: [network.toString()] });
  const endpoint = network.at(33);
  const stimuli = [0, 1, 2].map((index) =>
    named(
      t.fromPod({ source: t.lab.n1.pod(index), destination: t.lab.node(endpoint).pod() }),
      `pod packet ${String(index + 1)} to ${endpoint.toString()}, the route to which leads into the tunnel`,
    ),
  );
  return { stimuli, endpoint };
};

// RFC 4213 section 3.2, RFC 2473 section 4.1: when the route to the tunnel endpoint leads into the tunnel again, the packet is dropped
// instead of being wrapped again and again. A tunnel that is bound to its underlay port does not follow such a route; that its packet
// leaves once, as ever, is no loop.
loop.case('loop.recursive-route', { notFor: remoteWouldBeUnreachable }, async (t) => {
  const { stimuli, endpoint } = await intoTheLoop(t);
  const control = named(t.fromPod(), 'pod packet to N2 on the segment');
  const seen = await t.exchange(...stimuli, control);
  for (const stimulus of stimuli) {
    if (packetsOut(seen, stimulus) === 0) {
      t.expectNothing(seen, stimulus, { allow: [{ type: 1 }, { type: 3 }] });
      continue;
    }
    const packet = t.expectTunnelled(seen, stimulus, { outerDestination: endpoint });
    if (packet === undefined) continue;
    t.expectEqual(
      `length of the inner packet (${stimulus.title}):`,
      packet.inner.length,
      stimulus.inner.length,
      packet,
    );
  }
  t.expectTunnelled(seen, control);
});

// What is dropped for that reason is counted, so that somebody finds the wrong route.
loop.case('loop.recursive-route', { variant: 'counted', notFor: remoteWouldBeUnreachable }, async (t) => {
  const { stimuli } = await intoTheLoop(t);
  let dropped = 0;
  const growth = await growthOf(t, 'encapDropsLooped', async () => {
    const seen = await t.exchange(...stimuli);
    dropped = stimuli.filter((stimulus) => packetsOut(seen, stimulus) === 0).length;
  });
  if (growth === null) t.violation('a counter of packets whose tunnel leads into itself', 'no such counter');
  else t.expectEqual(`growth of the counter by ${String(dropped)} dropped packets:`, growth, dropped);
});
