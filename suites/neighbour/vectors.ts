import { Ipv6Address } from '../../harness/address/index.ts';
import type { Ipv4Address } from '../../harness/address/index.ts';
import {
  findLayer,
  NDP_HOP_LIMIT,
  neighborSolicitation,
  prefixInformationOption,
  routerAdvertisement,
  sourceLinkLayerAddressOption,
  MacAddress,
  type Layer,
  type LayerOf,
  type NdpMessage,
} from '../../harness/packet/index.ts';
import type { Seen, SeenFrame, Stimulus, TestContext, TunnelStimulusFields } from '../../harness/tester/context.ts';
import { innerHeaders } from '../decap/judging.ts';

export const named = (stimulus: Stimulus, title: string): Stimulus => ({ ...stimulus, title });

const LINK_LOCAL_PREFIX = 0xfe80n << 112n;

/** fe80:: and the IPv4 address in the last 32 bits (RFC 4213 section 3.7). */
export const linkLocalOf = (address: Ipv4Address): Ipv6Address =>
  Ipv6Address.fromBigInt(LINK_LOCAL_PREFIX | BigInt(address.toNumber()));

export const ALL_NODES = Ipv6Address.parse('ff02::1');
export const ATTACKER_MAC = MacAddress.parse('02:bd:bd:bd:bd:bd');

/** Nobody's prefix: a packet to it goes nowhere unless somebody has told the DUT of a way. */
export const ADVERTISED_PREFIX = Ipv6Address.parse('fd77:41::');
export const IN_ADVERTISED_PREFIX = Ipv6Address.parse('fd77:41::9');
export const BEHIND_DEFAULT_ROUTE = Ipv6Address.parse('fd78:41::9');

export interface MessageFields {
  readonly source?: Ipv6Address;
  readonly destination?: Ipv6Address;
  readonly hopLimit?: number;
}

/** A Neighbor Discovery message through the tunnel, from N2 to the DUT unless the fields say otherwise. */
export const throughTunnel = (
  t: TestContext,
  title: string,
  message: Layer,
  fields: MessageFields = {},
  tunnel: TunnelStimulusFields = {},
): Stimulus =>
  named(
    t.fromTunnel(
      {
        source: fields.source ?? t.lab.n2.pod(),
        destination: fields.destination ?? t.lab.overlayAddress,
        hopLimit: fields.hopLimit ?? NDP_HOP_LIMIT,
        layers: [message],
        payload: new Uint8Array(0),
      },
      tunnel,
    ),
    title,
  );

/** The same on the pod link. */
export const fromPodLink = (
  t: TestContext,
  title: string,
  message: Layer,
  fields: MessageFields & { readonly ethernetSource?: MacAddress } = {},
): Stimulus =>
  named(
    t.fromPod({
      source: fields.source ?? t.lab.n1.pod(),
      destination: fields.destination ?? t.lab.podGateway,
      hopLimit: fields.hopLimit ?? NDP_HOP_LIMIT,
      ...(fields.ethernetSource === undefined ? {} : { ethernetSource: fields.ethernetSource }),
      layers: [message],
      payload: new Uint8Array(0),
    }),
    title,
  );

/** A Neighbor Solicitation for an address, as a probe of Neighbor Unreachability Detection has it: without options. */
export const probeFor = (target: Ipv6Address): Layer => neighborSolicitation({ target });

/** A Router Advertisement that, if believed, gives the DUT a default route and an address. */
export const tempting = (): Layer =>
  routerAdvertisement({
    currentHopLimit: 7,
    routerLifetimeSeconds: 1800,
    options: [
      sourceLinkLayerAddressOption(ATTACKER_MAC),
      prefixInformationOption({
        prefix: ADVERTISED_PREFIX,
        prefixLength: 64,
        onLink: true,
        autonomous: true,
        validLifetimeSeconds: 3600,
        preferredLifetimeSeconds: 3600,
      }),
    ],
  });

/** A Neighbor Discovery message that the DUT sent. */
export interface SeenMessage {
  readonly frame: SeenFrame;
  readonly ipv6: LayerOf<'ipv6'>;
  readonly icmpv6: LayerOf<'icmpv6'>;
  readonly message: NdpMessage;
  /** Where the tunnel packet goes; undefined for a message on the pod link. */
  readonly outerDestination: string | undefined;
}

const messageIn = (frame: SeenFrame): SeenMessage | undefined => {
  const inner = innerHeaders(frame);
  const ipv6 = findLayer(inner, 'ipv6');
  const icmpv6 = findLayer(inner, 'icmpv6');
  if (ipv6 === undefined || icmpv6?.ndp === undefined) return undefined;
  const [, first] = frame.decoded.layers;
  const outer =
    first !== undefined && first !== ipv6 && (first.kind === 'ipv4' || first.kind === 'ipv6') ? first : undefined;
  // Where the underlay is IPv6 itself, it has a Neighbor Discovery of its own.
  if (frame.port !== 'P' && outer === undefined) return undefined;
  return { frame, ipv6, icmpv6, message: icmpv6.ndp, outerDestination: outer?.header.destination.toString() };
};

/** Neighbor Discovery messages of the DUT, in the tunnel or on the pod link. */
export const messagesIn = (seen: Seen, where: 'tunnel' | 'P'): SeenMessage[] =>
  [...seen.control, ...seen.frames]
    .flatMap((frame) => messageIn(frame) ?? [])
    .filter(({ frame }) => (frame.port === 'P') === (where === 'P'));

export type Advertisement = SeenMessage & { readonly message: Extract<NdpMessage, { kind: 'neighbor-advertisement' }> };

const isAdvertisement = (seen: SeenMessage): seen is Advertisement => seen.message.kind === 'neighbor-advertisement';

export const advertisementsFor = (seen: Seen, where: 'tunnel' | 'P', target: Ipv6Address): Advertisement[] =>
  messagesIn(seen, where)
    .filter(isAdvertisement)
    .filter(({ message }) => message.target.equals(target));

/** A message that the DUT should not have sent, as a violation that shows it. */
export const expectNoMessages = (t: TestContext, what: string, messages: readonly SeenMessage[]): void => {
  const [first] = messages;
  t.expectEqual(what, messages.length, 0, first === undefined ? {} : { frame: first.frame });
};
