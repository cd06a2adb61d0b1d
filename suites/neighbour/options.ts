import { Ipv6Address } from '../../harness/address/index.ts';
import type { Ipv4Address } from '../../harness/address/index.ts';
import {
  concat,
  NDP_OPTION,
  neighborAdvertisement,
  neighborSolicitation,
  ndpOption,
  redirect,
  sourceLinkLayerAddressOption,
} from '../../harness/packet/index.ts';
import type { Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { neighbour } from './area.ts';
import { findLinkLocal } from './link-local.ts';
import {
  advertisementsFor,
  ALL_NODES,
  ATTACKER_MAC,
  linkLocalOf,
  messagesIn,
  named,
  probeFor,
  tempting,
  throughTunnel,
} from './vectors.ts';

const LINK_LAYER_OPTIONS: readonly number[] = [
  NDP_OPTION.SOURCE_LINK_LAYER_ADDRESS,
  NDP_OPTION.TARGET_LINK_LAYER_ADDRESS,
];

/** An option that names an IPv4 address as link-layer address: two bytes of padding, then the address, or the address first. */
const ipv4Options = (type: number, address: Ipv4Address): Uint8Array[] => [
  ndpOption(type, concat(new Uint8Array(2), address.bytes)),
  ndpOption(type, concat(address.bytes, new Uint8Array(2))),
];

/** Solicitations for the DUT that name somebody else's link-layer address as their sender's. */
const solicitations = (t: TestContext, target: Ipv6Address): Stimulus[] => {
  const { lab } = t;
  const options = [
    ...ipv4Options(NDP_OPTION.SOURCE_LINK_LAYER_ADDRESS, lab.n3.ipv4),
    sourceLinkLayerAddressOption(ATTACKER_MAC),
  ];
  return options.map((option, index) =>
    throughTunnel(
      t,
      `Neighbor Solicitation with Source Link-Layer Address option ${String(index + 1)}`,
      neighborSolicitation({ target, options: [option] }),
      { source: linkLocalOf(lab.n2.ipv4), destination: target },
    ),
  );
};

/** Other messages that name one. */
const announcements = (t: TestContext, own: Ipv6Address): Stimulus[] => {
  const { lab } = t;
  const peer = linkLocalOf(lab.n2.ipv4);
  const [option] = ipv4Options(NDP_OPTION.TARGET_LINK_LAYER_ADDRESS, lab.n3.ipv4);
  const options = option === undefined ? [] : [option];
  const claim = (target: Ipv6Address): ReturnType<typeof neighborAdvertisement> =>
    neighborAdvertisement({ target, solicited: true, override: true, options });
  const from = { source: peer, destination: own };
  return [
    throughTunnel(t, 'Neighbor Advertisement for the other end', claim(peer), from),
    throughTunnel(t, 'Neighbor Advertisement for a pod of N2', claim(lab.n2.pod()), from),
    throughTunnel(t, 'Neighbor Advertisement to all nodes', claim(peer), { source: peer, destination: ALL_NODES }),
    throughTunnel(t, 'Router Advertisement', tempting(), { source: peer, destination: ALL_NODES }),
    throughTunnel(t, 'Redirect', redirect({ target: lab.n2.pod(), destination: lab.n2.pod(), options }), from),
  ];
};

const expectStillToN2 = (t: TestContext, seen: Seen, data: Stimulus): void => {
  const packet = t.expectTunnelled(seen, data, { outerDestination: t.lab.n2.ipv4 });
  if (packet === undefined) return;
  const { frame, ethernetDestination } = packet;
  t.expectEqual('next hop', ethernetDestination.toString(), t.lab.macOf(t.lab.n2.ipv4).toString(), { frame });
};

// RFC 4213 section 3.8: a tunnel has no link-layer addresses. What an option says of one has no effect, and the message is otherwise
// handled as ever: a solicitation is answered, and packets go to the configured end.
neighbour.case('neighbour.lla-option-ignored', async (t) => {
  const target = (await findLinkLocal(t)) ?? t.lab.overlayAddress;
  for (const stimulus of solicitations(t, target)) {
    const data = named(t.fromPod(), `pod packet after a ${stimulus.title}`);
    const seen = await t.exchange(stimulus, data);
    t.expectEqual(`answers to a ${stimulus.title}:`, advertisementsFor(seen, 'tunnel', target).length, 1);
    for (const { frame, outerDestination } of advertisementsFor(seen, 'tunnel', target))
      t.expectEqual('outer destination of the answer', outerDestination ?? 'none', t.lab.n2.ipv4.toString(), { frame });
    expectStillToN2(t, seen, data);
  }
  for (const stimulus of announcements(t, target)) {
    const data = named(t.fromPod(), `pod packet after a ${stimulus.title} with a Link-Layer Address option`);
    expectStillToN2(t, await t.exchange(stimulus, data), data);
  }
});

// RFC 4213 section 3.8: nor does the DUT put such an option into what it sends there.
neighbour.case('neighbour.no-lla-option', async (t) => {
  const { lab } = t;
  const target = linkLocalOf(lab.n1.ipv4);
  const peer = linkLocalOf(lab.n2.ipv4);
  const group = (address: Ipv6Address): Ipv6Address =>
    Ipv6Address.fromBytes(
      concat(Ipv6Address.parse('ff02::1:ff00:0').bytes.subarray(0, 13), address.bytes.subarray(13)),
    );
  const own = [target, lab.overlayAddress];
  const stimuli = own.flatMap((address) => [
    throughTunnel(t, `Neighbor Solicitation to ${address.toString()}`, probeFor(address), {
      source: peer,
      destination: address,
    }),
    throughTunnel(t, `Neighbor Solicitation for ${address.toString()} to all nodes`, probeFor(address), {
      source: peer,
      destination: ALL_NODES,
    }),
    throughTunnel(t, `Neighbor Solicitation to the group of ${address.toString()}`, probeFor(address), {
      source: peer,
      destination: group(address),
    }),
  ]);
  const returned = named(
    t.fromTunnel({ destination: lab.n2.pod(2) }),
    'tunnel packet that has to go back where it came from',
  );
  const seen = await t.exchange(...stimuli, returned);
  const messages = messagesIn(seen, 'tunnel');
  if (messages.length === 0) t.skip('The DUT sends no Neighbor Discovery messages into the tunnel');
  for (const { frame, message } of messages) {
    const options = message.options.filter(({ type }) => LINK_LAYER_OPTIONS.includes(type));
    t.expectEqual(`link-layer address options of a ${message.kind} in the tunnel:`, options.length, 0, { frame });
  }
});
