import {
  concat,
  equalBytes,
  findLayer,
  icmpv6EchoRequest,
  ICMPV6_TYPE,
  type LayerOf,
} from '../../harness/packet/index.ts';
import type { Ipv4Address } from '../../harness/address/index.ts';
import { outerIpv6Of, type LabNode } from '../../harness/lab/index.ts';
import type { Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { decap } from './area.ts';
import { innerHeaders } from './judging.ts';
import { named, peers } from './vectors.ts';

interface EchoVector {
  readonly stimulus: Stimulus;
  readonly node: LabNode;
  readonly sequence: number;
  readonly data: Uint8Array;
}

interface EchoReply {
  readonly frame: SeenFrame;
  readonly ipv6: LayerOf<'ipv6'>;
  readonly icmpv6: LayerOf<'icmpv6'>;
}

const IDENTIFIER = 0xb41d;
const ECHO_OVERHEAD_BYTES = 48;

/** Replies are known by identifier and sequence, since short data have no room for a mark. */
const repliesTo = (seen: Seen, sequence: number): EchoReply[] =>
  seen.frames.flatMap((frame) => {
    const packet = innerHeaders(frame);
    const ipv6 = findLayer(packet, 'ipv6');
    const icmpv6 = findLayer(packet, 'icmpv6');
    if (ipv6 === undefined || icmpv6?.header.type !== ICMPV6_TYPE.ECHO_REPLY) return [];
    return icmpv6.header.identifier === IDENTIFIER && icmpv6.header.sequence === sequence
      ? [{ frame, ipv6, icmpv6 }]
      : [];
  });

const echoVector = (t: TestContext, node: LabNode, sequence: number, lengthBytes: number): EchoVector => {
  const mark = t.mark();
  const data = concat(t.tag(mark), t.random.bytes(lengthBytes)).subarray(0, lengthBytes);
  const packet = t.fromTunnel(
    {
      source: node.pod(),
      destination: t.lab.overlayAddress,
      layers: [icmpv6EchoRequest({ identifier: IDENTIFIER, sequence, data })],
      payload: new Uint8Array(0),
    },
    { from: node.ipv4 },
  );
  const stimulus = named(
    { ...packet, mark },
    `echo request from a pod of ${node.ipv4.toString()} with ${String(lengthBytes)} data bytes`,
  );
  return { stimulus, node, sequence, data };
};

/** Of the IPv4 or IPv6 header around another one. */
const outerAddresses = ({ decoded }: SeenFrame): { family: 4 | 6; source: string; destination: string } | undefined => {
  const [outer, ...inner] = decoded.layers.filter((layer) => layer.kind === 'ipv4' || layer.kind === 'ipv6');
  if (outer === undefined || inner.length === 0) return undefined;
  const { source, destination } = outer.header;
  return { family: outer.kind === 'ipv4' ? 4 : 6, source: source.toString(), destination: destination.toString() };
};

const judgeReply = (t: TestContext, { stimulus, node, data }: EchoVector, { frame, ipv6, icmpv6 }: EchoReply): void => {
  const { lab } = t;
  const options = { frame };
  const outer = outerAddresses(frame);
  if (outer === undefined || frame.port === 'P') {
    t.violation(
      `a reply through the tunnel to ${node.ipv4.toString()}`,
      `a native reply on ${frame.port} to the ${stimulus.title}`,
      options,
    );
    return;
  }
  const outerAddressOf = (ipv4: Ipv4Address): string => (outer.family === 4 ? ipv4 : outerIpv6Of(ipv4)).toString();
  t.expectEqual('outer source', outer.source, outerAddressOf(lab.n1.ipv4), options);
  t.expectEqual('outer destination', outer.destination, outerAddressOf(node.ipv4), options);
  t.expectEqual('inner source', ipv6.header.source.toString(), lab.overlayAddress.toString(), options);
  t.expectEqual('inner destination', ipv6.header.destination.toString(), node.pod().toString(), options);
  t.expectEqual('ICMPv6 checksum', icmpv6.checksum, 'good', options);
  t.expectEqual('ICMPv6 code', icmpv6.header.code, 0, options);
  const sent = `${String(data.length)} data bytes as sent`;
  const { body } = icmpv6.header;
  t.expectEqual('echo data:', equalBytes(body, data) ? sent : `${String(body.length)} other data bytes`, sent, options);
};

// RFC 4213 section 3.6, RFC 3056 section 5.3, RFC 4443 sections 4.1 and 4.2: a tunnel packet to the DUT's own overlay address is
// consumed. An echo request is answered from the address that was asked, with the same identifier, sequence and data, through the
// tunnel to the node of the asking pod.
decap.case('decap.local-delivery', async (t) => {
  const largest = Math.min(1400, t.tunnelMtuBytes - ECHO_OVERHEAD_BYTES);
  let sequence = 0;
  const vectors = peers(t.lab).flatMap((node) =>
    [0, 1, 8, 9, largest].map((lengthBytes) => {
      sequence += 1;
      return echoVector(t, node, sequence, lengthBytes);
    }),
  );
  const seen = await t.exchange(...vectors.map(({ stimulus }) => stimulus));
  for (const vector of vectors) {
    const replies = repliesTo(seen, vector.sequence);
    t.expectEqual(`echo replies to the ${vector.stimulus.title}:`, replies.length, 1);
    for (const reply of replies) judgeReply(t, vector, reply);
  }
  // Whatever else came out belongs to no request.
  const others = seen.frames.filter(
    (frame) => !vectors.some(({ sequence: each }) => repliesTo(seen, each).some((reply) => reply.frame === frame)),
  );
  const [other] = others;
  t.expectEqual('frames other than echo replies:', others.length, 0, other === undefined ? {} : { frame: other });
});
