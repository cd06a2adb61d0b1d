import fc from 'fast-check';
import { IPV6 } from '../../harness/packet/index.ts';
import type { Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { property } from './area.ts';
import { checkProperty } from './check.ts';
import { fieldsOf, packetShapes, remoteAddress, shapeTitle, type PacketShape } from './packet-shape.ts';

const VARIANT = { variant: 'property', exhaustive: true };

/** The packet that came out is the one that went in, the hop limit one lower (RFC 8200 section 3). */
const expectUnchanged = (
  t: TestContext,
  stimulus: Stimulus,
  packet: Uint8Array,
  frame: SeenFrame,
  hopLimitRequirement: string,
): void => {
  t.expectBytes(`inner packet of the ${stimulus.title}`, packet, stimulus.inner, {
    frame,
    ignore: (offset) => offset === IPV6.HOP_LIMIT,
  });
  const sent = stimulus.inner[IPV6.HOP_LIMIT] ?? 0;
  const options = { frame, requirement: hopLimitRequirement };
  t.expectEqual(`Hop Limit of the ${stimulus.title}:`, packet[IPV6.HOP_LIMIT] ?? 0, sent - 1, options);
};

// RFC 4213 sections 3.1 and 3.6, RFC 8200 section 3: whatever a pod sends is carried as it came, any chain of headers, any flow label
// and Traffic Class, any length up to the tunnel MTU; only Hop Limit is lowered.
property.case('encap.inner-unchanged', VARIANT, async (t) => {
  const { n1, n2 } = t.lab;
  await checkProperty<PacketShape>(t, {
    arbitrary: packetShapes(t.tunnelMtuBytes),
    stimulus: (shape) => {
      const { mark, fields } = fieldsOf(t, shape);
      const addresses = { source: n1.pod(shape.pod), destination: remoteAddress(n2, shape) };
      return { ...t.fromPod({ ...fields, ...addresses }), mark, title: `pod packet (${shapeTitle(shape)})` };
    },
    judge: (seen: Seen, stimulus: Stimulus) => {
      const packet = t.expectTunnelled(seen, stimulus);
      if (packet !== undefined) expectUnchanged(t, stimulus, packet.inner, packet.frame, 'hop-limit.encap-decrement');
    },
  });
});

interface TunnelShape extends PacketShape {
  readonly outerTtl: number;
  readonly outerDscp: number;
  /** Not-ECT and ECT(0) change no inner ECN field (RFC 6040 section 4.2). */
  readonly outerEcn: number;
  readonly identification: number;
  readonly dontFragment: boolean;
}

const tunnelShapes = (maximumBytes: number): fc.Arbitrary<TunnelShape> =>
  fc
    .tuple(
      packetShapes(maximumBytes),
      fc.record({
        outerTtl: fc.integer({ min: 1, max: 255 }),
        outerDscp: fc.nat(63),
        outerEcn: fc.constantFrom(0, 2),
        identification: fc.nat(0xffff),
        dontFragment: fc.boolean(),
      }),
    )
    .map(([inner, outer]) => ({ ...inner, ...outer }));

// RFC 4213 section 3.6, RFC 8200 section 3, RFC 6040 section 4.2: whatever another node sends through the tunnel reaches the pod as it was,
// under any outer header that a router may write; only Hop Limit is lowered.
property.case('decap.inner-unchanged', VARIANT, async (t) => {
  const { n1, n2 } = t.lab;
  await checkProperty<TunnelShape>(t, {
    arbitrary: tunnelShapes(t.tunnelMtuBytes),
    stimulus: (shape) => {
      const { mark, fields } = fieldsOf(t, shape);
      const inner = { ...fields, source: remoteAddress(n2, shape), destination: n1.pod(shape.pod) };
      const outer = {
        ttl: shape.outerTtl,
        tos: (shape.outerDscp << 2) | shape.outerEcn,
        identification: shape.identification,
        dontFragment: shape.dontFragment,
      };
      return { ...t.fromTunnel(inner, { outer }), mark, title: `tunnel packet (${shapeTitle(shape)})` };
    },
    judge: (seen: Seen, stimulus: Stimulus) => {
      const delivered = t.expectDelivered(seen, stimulus);
      if (delivered !== undefined)
        expectUnchanged(t, stimulus, delivered.packet, delivered.frame, 'hop-limit.decap-decrement');
    },
  });
});
