import { findLayer, ICMPV6_TYPE, PROTOCOL } from '../harness/packet/index.ts';
import type { Seen, SeenFrame, TestContext } from '../harness/tester/context.ts';

/** What tells routers the groups of a node, and looks for nobody. */
const GROUP_REPORTS: ReadonlySet<number> = new Set([
  ICMPV6_TYPE.MULTICAST_LISTENER_REPORT,
  ICMPV6_TYPE.MULTICAST_LISTENER_DONE,
  ICMPV6_TYPE.MULTICAST_LISTENER_REPORT_V2,
]);

/** What a node with IPv6 says on every link of its own, though the overlay has none there: who it is, and that it looks for routers. */
const ofItsOwnLink = ({ decoded }: SeenFrame): boolean => {
  const [, first, icmpv6] = decoded.layers;
  if (first?.kind !== 'ipv6' || icmpv6?.kind !== 'icmpv6') return false;
  const isLocal = [first.header.source, first.header.destination].every((address) => {
    const [high = 0, low = 0] = address.bytes;
    return high === 0xff || (high === 0xfe && low === 0x80) || address.toBigInt() === 0n;
  });
  const { ndp } = icmpv6;
  return isLocal && (ndp?.kind !== 'neighbor-solicitation' || ndp.target.bytes[0] === 0xfe);
};

/** Beside the packets themselves only the IPv4 next hops and the pods may be asked for; who speaks of its own address asks for nobody. */
export const expectNoDiscovery = (t: TestContext, seen: Seen): void => {
  const { underlay } = t.lab;
  const own = [underlay.dut, underlay.dutSecondary, underlay.dutOnSecondSegment];
  const nextHops = [underlay.gatewayA, underlay.gatewayB, underlay.n2, underlay.n3, underlay.relay];
  const known = [...own, ...nextHops].map(String);
  const asked = seen.control.filter((frame) => {
    const { port, decoded } = frame;
    if (port === 'P' || GROUP_REPORTS.has(findLayer(decoded, 'icmpv6')?.header.type ?? -1)) return false;
    const request = findLayer(decoded, 'arp');
    if (request !== undefined)
      return request.header.operation === 1 && !known.includes(request.header.targetProtocolAddress.toString());
    const [, first] = decoded.layers;
    const isGroupReport = first?.kind === 'ipv4' && first.header.protocol === PROTOCOL.IGMP;
    const isOfAnotherProtocol = first?.kind !== 'ipv4' && first?.kind !== 'ipv6';
    return !isGroupReport && !isOfAnotherProtocol && !ofItsOwnLink(frame);
  });
  t.expectEqual('number of packets sent to find a peer', asked.length, 0, asked[0] && { frame: asked[0] });
};
