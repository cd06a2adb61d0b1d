import { IPV6_MINIMUM_MTU_BYTES, PACKET_TOO_BIG, POD_LINK_BYTES, takesWholePodLink } from '../mtu/vectors.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { kubernetes } from './area.ts';

/** Multiple of 8 that fits the underlay with an outer header of 20 bytes. */
const FRAGMENT_BYTES = 1480;

const fromTunnel = (t: TestContext, lengthBytes: number): { whole: Stimulus; frames: readonly Stimulus[] } => {
  const whole = {
    ...t.fromTunnel({ lengthBytes }),
    title: `tunnel packet with an inner packet of ${String(lengthBytes)} bytes`,
  };
  const outerBytes = whole.frame.length - 14;
  return { whole, frames: outerBytes <= t.underlayMtuBytes ? [whole] : t.fragmentsOf(whole, [FRAGMENT_BYTES]) };
};

// CNI specification, RFC 8200 section 5: who connects a pod gives its link an MTU that the tunnel takes whole, so that no connection
// depends on a Packet Too Big. The node tells its pod MTU itself, to a packet out of the tunnel that is too large for it.
kubernetes.case('kubernetes.pod-mtu', { setup: { podMtu: 'chosen' }, notFor: takesWholePodLink }, async (t) => {
  const probe = fromTunnel(t, POD_LINK_BYTES);
  const seen = await t.exchange(...probe.frames);
  const [error] = seen.icmpv6Errors(probe.whole).filter(({ type }) => type === PACKET_TOO_BIG);
  if (error === undefined) {
    const frames = seen.podPackets(probe.whole);
    const legal = `a pod link of at most ${String(t.tunnelMtuBytes)} bytes`;
    if (frames.length === 0)
      t.doubt(`Neither delivered nor answered: the ${probe.whole.title} shows nothing of the pod link`);
    else t.violation(legal, `a pod link that takes ${String(POD_LINK_BYTES)} bytes`, frames[0]);
    return;
  }
  const podMtuBytes = error.parameter;
  const legal = podMtuBytes >= IPV6_MINIMUM_MTU_BYTES && podMtuBytes <= t.tunnelMtuBytes;
  t.expectEqual(
    `pod MTU of ${String(podMtuBytes)} bytes, at least ${String(IPV6_MINIMUM_MTU_BYTES)} and at most ${String(t.tunnelMtuBytes)}:`,
    legal,
    true,
    error,
  );
  if (!legal) return;
  const out = { ...t.fromPod({ lengthBytes: podMtuBytes }), title: 'pod packet of the pod MTU' };
  const back = fromTunnel(t, podMtuBytes);
  const both = await t.exchange(out, ...back.frames);
  const packet = t.expectTunnelled(both, out);
  if (packet !== undefined) t.expectEqual(`number of outer packets (${out.title})`, packet.frames.length, 1, packet);
  t.expectDelivered(both, back.whole);
});
