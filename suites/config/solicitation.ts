import { Ipv6Address } from '../../harness/address/index.ts';
import {
  build,
  ethernet,
  findLayer,
  ICMPV6_TYPE,
  ipv6,
  MacAddress,
  NDP,
  NDP_HOP_LIMIT,
  readNdpOptions,
  routerSolicitation,
  type NdpOption,
} from '../../harness/packet/index.ts';
import type { InnerFields, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { innerHeaders } from '../decap/judging.ts';
import { named } from '../decap/vectors.ts';

/** RFC 4861 section 6.2.6: an answer comes within half a second, or three seconds after the advertisement before it. */
const ADVERTISEMENT_MS = 3500;

const ALL_ROUTERS = Ipv6Address.parse('ff02::2');
const UNSPECIFIED = Ipv6Address.parse('::');

export interface Advertisement {
  readonly frame: SeenFrame;
  readonly isInTunnel: boolean;
  readonly options: readonly NdpOption[];
}

const advertisementIn = (frame: SeenFrame): Advertisement[] => {
  const headers = innerHeaders(frame);
  const icmpv6 = findLayer(headers, 'icmpv6');
  if (icmpv6?.header.type !== ICMPV6_TYPE.ROUTER_ADVERTISEMENT) return [];
  const { body } = icmpv6.header;
  const { options } = readNdpOptions(body, NDP.ROUTER_ADVERTISEMENT_OPTIONS - NDP_HEADER_BYTES, body.length);
  return [{ frame, isInTunnel: findLayer(frame.decoded, 'ipv4') !== undefined, options }];
};

const NDP_HEADER_BYTES = 8;

/** Router Solicitations on the pod link, on the underlay and through the tunnel. */
const solicitations = (t: TestContext): Stimulus[] => {
  const fields: InnerFields = {
    source: UNSPECIFIED,
    destination: ALL_ROUTERS,
    hopLimit: NDP_HOP_LIMIT,
    layers: [routerSolicitation()],
    payload: new Uint8Array(0),
  };
  const group = MacAddress.forIpv6Multicast(ALL_ROUTERS);
  const asPod = { ethernetSource: t.lab.macOf(t.lab.n1.pod()), ethernetDestination: group };
  const onUnderlay = build(
    ethernet({ source: t.lab.macOf(t.lab.underlay.gatewayA), destination: group }),
    ipv6({ source: UNSPECIFIED, destination: ALL_ROUTERS, hopLimit: NDP_HOP_LIMIT }),
    routerSolicitation(),
  );
  return [
    named(t.fromPod({ ...fields, ...asPod }), 'Router Solicitation on the pod link'),
    named(t.fromTunnel(fields), 'Router Solicitation through the tunnel'),
    t.raw('U', 'Router Solicitation on the underlay', onUnderlay),
  ];
};

/** Asks for Router Advertisements everywhere, and listens as long as an answer may take; good packets show that the node is there to answer. */
export const solicitAdvertisements = async (t: TestContext): Promise<readonly Advertisement[]> => {
  const controls = [named(t.fromPod(), 'pod packet to N2'), named(t.fromTunnel(), 'tunnel packet from N2')] as const;
  const seen = await t.watch({ forMs: ADVERTISEMENT_MS }, ...solicitations(t), ...controls);
  t.expectTunnelled(seen, controls[0]);
  t.expectDelivered(seen, controls[1]);
  return [...seen.control, ...seen.frames].flatMap(advertisementIn);
};
