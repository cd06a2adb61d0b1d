import { icmpv6, icmpv6EchoRequest } from '../../harness/packet/index.ts';
import type { Stimulus } from '../../harness/tester/context.ts';
import { expectForwardedUnchanged } from '../decap/judging.ts';
import { named, peers } from '../decap/vectors.ts';
import { icmp6 } from './area.ts';

// RFC 5969 section 5: CE and BR answer echo requests to the subnet-router anycast address of their delegated prefix, which is how others find out that
// the prefix works. RFC 4443 section 4.2: an anycast address is never the source of the reply.
icmp6.case(
  'icmp6.subnet-router-anycast',
  { notFor: ({ mapping }) => (mapping.kind === '6rd' ? undefined : 'no delegated prefix of 6rd') },
  async (t) => {
    const { lab } = t;
    const anycast = lab.n1.nodePrefix.address;
    const vectors = peers(lab).map((node, index) => {
      const layers = [icmpv6EchoRequest({ identifier: 0x4166, sequence: index })];
      const stimulus = t.fromTunnel({ source: node.pod(), destination: anycast, layers }, { from: node.ipv4 });
      return {
        node,
        stimulus: named(stimulus, `echo request from a pod of ${node.ipv4.toString()} to ${anycast.toString()}`),
      };
    });
    const seen = await t.exchange(...vectors.map(({ stimulus }) => stimulus));
    for (const { node, stimulus } of vectors) {
      const frames = seen.of(stimulus);
      const reply = t.echoReply(seen, stimulus);
      t.expectEqual(`frames after the ${stimulus.title}:`, frames.length, 1);
      t.expectEqual(`echo reply to the ${stimulus.title}:`, reply === undefined ? 'none' : 'one', 'one');
      if (reply === undefined) continue;
      const { frame, header } = reply;
      t.expectEqual('source of the reply', header.source.toString(), lab.overlayAddress.toString(), { frame });
      t.expectEqual('destination of the reply', header.destination.toString(), node.pod().toString(), { frame });
      const endpoint = reply.tunnel?.outer.destination.toString() ?? 'none';
      t.expectEqual('tunnel endpoint of the reply', endpoint, node.ipv4.toString(), { frame });
      t.expectEqual('ICMPv6 checksum good:', reply.checksumGood, true, { frame });
    }
  },
);

const ICMPV6_TYPES = 256;

// RFC 4213 section 3.4, RFC 8200 section 4: what pods say to each other is payload, ICMPv6 like everything else: errors, echoes, messages of link-local
// protocols that have lost their way, and types that nobody has assigned.
icmp6.case('icmp6.transparent', async (t) => {
  const of = (type: number) => ({ layers: [icmpv6({ type })] }) as const;
  const types = Array.from({ length: ICMPV6_TYPES }, (_, type) => type);
  const leaving = types.map((type): Stimulus =>
    named(t.fromPod(of(type)), `pod packet with ICMPv6 type ${String(type)}`),
  );
  const arriving = types.map((type): Stimulus =>
    named(t.fromTunnel(of(type)), `tunnel packet with ICMPv6 type ${String(type)}`),
  );
  const seen = await t.exchange(...leaving, ...arriving);
  for (const stimulus of leaving) {
    const tunnelled = t.expectTunnelled(seen, stimulus);
    if (tunnelled?.innerHeader === undefined) continue;
    const { frame, inner, innerHeader } = tunnelled;
    expectForwardedUnchanged(t, { frame, packet: inner, header: innerHeader }, stimulus);
  }
  for (const stimulus of arriving) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered !== undefined) expectForwardedUnchanged(t, delivered, stimulus);
  }
});
