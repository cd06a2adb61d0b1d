import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { hopLimit } from './area.ts';

const podPacket = (t: TestContext, value: number): Stimulus => ({
  ...t.fromPod({ hopLimit: value }),
  title: `pod packet with hop limit ${String(value)}`,
});

// RFC 4213 section 3.3, RFC 8200 section 3: a node that forwards a pod's packet into the tunnel lowers its Hop Limit by one, the
// inner one and nothing else.
hopLimit.case('hop-limit.encap-decrement', async (t) => {
  const stimuli = [64, 2, 255, 128, 3].map((value) => ({ value, stimulus: podPacket(t, value) }));
  const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus));
  for (const { value, stimulus } of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, inner } = packet;
    t.expectEqual(`inner hop limit (${stimulus.title})`, inner[7] ?? -1, value - 1, { frame });
  }
});

// RFC 8200 section 3, RFC 4443 section 3.3, RFC 4213 section 3.3: a pod's packet whose Hop Limit is 0 or would become 0 is dropped,
// and the pod gets one Time Exceeded from an address of the node, which quotes it.
hopLimit.case('hop-limit.encap-expired', { errors: 'expected' }, async (t) => {
  const { lab } = t;
  const own = [lab.podGateway, lab.overlayAddress, lab.native.dutAddress].map(String);
  // Different pods, because errors to one destination may be rate-limited.
  const stimuli = [1, 0].map((value) => ({
    ...t.fromPod({ source: lab.n1.pod(1 + value), hopLimit: value, lengthBytes: 100 }),
    title: `pod packet with hop limit ${String(value)}`,
  }));
  const last = podPacket(t, 2);
  const seen = await t.exchange(...stimuli, last);
  for (const stimulus of stimuli) {
    const error = t.expectIcmpv6(seen, stimulus, { type: 3, codes: [0], via: 'P' });
    if (error === undefined) continue;
    const { body, frame, header } = error;
    t.expectEqual(`source of the error (${stimulus.title})`, header.source.toString(), own, { frame });
    t.expectBytes(`quotation (${stimulus.title})`, body, stimulus.inner, {
      frame,
      ignore: (offset) => offset === 7,
    });
  }
  t.expectTunnelled(seen, last);
});

// RFC 4213 sections 3.3 and 3.5, RFC 1122 section 3.2.1.7: the outer TTL is a value of the node's own, as configured, and does not
// depend on the inner Hop Limit, so that the number of IPv4 routers is no matter of the inner packet.
hopLimit.case('hop-limit.outer-ttl-value', async (t) => {
  const { outerTtl, switches } = t.profile;
  const stimuli = [2, 64, 65, 255].map((value) => podPacket(t, value));
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, inner, outer } = packet;
    const what = `outer TTL (${stimulus.title})`;
    // A node that is declared to copy the hop limit deviates, but as declared; one that does not copy it is not what it is declared to be.
    if (switches.ttl === 'fixed') t.expectEqual(what, outer.ttl, outerTtl, { frame });
    else if (t.expectEqual(`${what}, declared to be the inner hop limit:`, outer.ttl, inner[7] ?? -1, { frame }))
      t.expectEqual(what, outer.ttl, outerTtl, { frame, tolerated: true });
  }
});
