import {
  ethernetDestination,
  ethernetSource,
  icmpv4IsError,
  icmpv6IsError,
  IPV6,
  type Decoded,
} from '../../harness/packet/index.ts';
import type {
  Ipv6Packet,
  Seen,
  SeenFrame,
  SilenceOptions,
  Stimulus,
  TestContext,
} from '../../harness/tester/context.ts';
import { namedByIpv4 } from '../../harness/lab/index.ts';

/**
 * Negative vectors and, beside them, packets that differ only in being legal, which must pass: otherwise a dead path would
 * look like a check.
 */
export const expectDroppedBeside = async (
  t: TestContext,
  controls: readonly Stimulus[],
  dropped: readonly Stimulus[],
  options?: SilenceOptions,
): Promise<Seen> => {
  const seen = await t.exchange(...dropped, ...controls);
  for (const stimulus of dropped) t.expectNothing(seen, stimulus, options);
  for (const stimulus of controls) t.expectDelivered(seen, stimulus);
  return seen;
};

/** The headers from the IPv6 header on, native or carried in a tunnel packet; behind the outer one where that is IPv6 as well. */
export const innerHeaders = ({ port, decoded }: SeenFrame): Decoded => {
  const [first, second] = decoded.layers.filter((layer) => layer.kind === 'ipv6');
  const isOuter = port !== 'P' && first !== undefined && namedByIpv4(first.header.source) !== undefined;
  if (!isOuter) return decoded;
  // A later fragment holds no header at all.
  return { ...decoded, layers: second === undefined ? [] : decoded.layers.slice(decoded.layers.indexOf(second)) };
};

/** An error to the outer source that stands in a frame of its own, not inside a tunnel packet: ICMPv4, or ICMPv6 where the underlay is IPv6. */
export const isIcmpv4Error = ({ decoded }: SeenFrame): boolean => {
  const [, outer, layer] = decoded.layers;
  if (layer?.kind === 'icmpv4') return icmpv4IsError(layer.header.type);
  const isUnderlay = outer?.kind === 'ipv6' && namedByIpv4(outer.header.source) !== undefined;
  return isUnderlay && layer?.kind === 'icmpv6' && icmpv6IsError(layer.header.type);
};

/** The packet went nowhere; whether it may be refused with an ICMPv4 error is for other requirements to say. */
export const expectNotTaken = (t: TestContext, seen: Seen, stimulus: Stimulus): void => {
  const taken = seen.of(stimulus).filter((frame) => !isIcmpv4Error(frame));
  const [frame] = taken;
  t.expectEqual(`frames caused by the ${stimulus.title}:`, taken.length, 0, frame === undefined ? {} : { frame });
};

/** As `expectDroppedBeside`, with an ICMPv4 error as the one thing that may come back. */
export const expectNotTakenBeside = async (
  t: TestContext,
  controls: readonly Stimulus[],
  dropped: readonly Stimulus[],
): Promise<void> => {
  const seen = await t.exchange(...dropped, ...controls);
  for (const stimulus of dropped) expectNotTaken(t, seen, stimulus);
  for (const stimulus of controls) t.expectDelivered(seen, stimulus);
};

/** The inner bytes as sent, the hop limit one lower (RFC 8200 section 3). */
export const expectForwardedUnchanged = (
  t: TestContext,
  { packet, header, frame }: Ipv6Packet,
  stimulus: Stimulus,
): void => {
  const sent = stimulus.inner;
  t.expectBytes(`inner packet of the ${stimulus.title}`, packet, sent, {
    frame,
    ignore: (offset) => offset === IPV6.HOP_LIMIT,
  });
  t.expectEqual('Hop Limit', header.hopLimit, (sent[IPV6.HOP_LIMIT] ?? 0) - 1, { frame });
};

/** The frame is the DUT's own and goes to the pod that the packet is for. */
export const expectPodFrame = (t: TestContext, { header, frame }: Ipv6Packet): void => {
  const { lab } = t;
  t.expectEqual('Ethernet source', ethernetSource(frame.bytes).toString(), lab.macs.dut.P.toString(), { frame });
  t.expectEqual(
    'Ethernet destination',
    ethernetDestination(frame.bytes).toString(),
    lab.macOf(header.destination).toString(),
    {
      frame,
    },
  );
};
