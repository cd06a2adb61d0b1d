import { hopLimit } from './area.ts';

const ROUTERS = 5;

// RFC 4213 section 3.3: the tunnel is one hop of IPv6. A traceroute from a pod finds the DUT, then what is behind the other end; the
// packet that gets there passes five IPv4 routers on the way, each of which takes one off the outer TTL.
hopLimit.case('hop-limit.tunnel-opaque', { errors: 'expected' }, async (t) => {
  const probes = [1, 2, 3].map((value, index) => ({
    value,
    stimulus: {
      ...t.fromPod({ source: t.lab.n1.pod(index), hopLimit: value }),
      title: `traceroute probe with hop limit ${String(value)}`,
    },
  }));
  const seen = await t.exchange(...probes.map(({ stimulus }) => stimulus));
  for (const { value, stimulus } of probes) {
    if (value === 1) {
      t.expectIcmpv6(seen, stimulus, { type: 3, codes: [0], via: 'P' });
      continue;
    }
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer, innerHeader } = packet;
    const arrives = outer.ttl > ROUTERS;
    const options = { frame, tolerated: t.profile.switches.ttl === 'inherit' };
    t.expectEqual(
      `${stimulus.title} passes ${String(ROUTERS)} IPv4 routers with an outer TTL of ${String(outer.ttl)}:`,
      arrives,
      true,
      options,
    );
    t.expectEqual(`hop limit behind the tunnel (${stimulus.title}):`, innerHeader?.hopLimit ?? -1, value - 1, {
      frame,
    });
  }
});
