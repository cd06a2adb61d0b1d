import { Ipv6Address } from '../../harness/address/index.ts';
import {
  destinationOptions,
  icmpv6EchoRequest,
  MacAddress,
  PROTOCOL,
  routingHeader,
  udp,
} from '../../harness/packet/index.ts';
import type { AllowedIcmpv6, InnerFields, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { ipv6 } from './area.ts';

const UDP_PORTS = { sourcePort: 41000, destinationPort: 41001 };

interface ScopedPacket {
  readonly title: string;
  readonly fields: InnerFields;
  readonly allow: readonly AllowedIcmpv6[];
}

/** Packets whose source or destination has no meaning beyond its link or its node. */
const scopedPackets = (): readonly ScopedPacket[] => {
  const address = (text: string): Ipv6Address => Ipv6Address.parse(text);
  const to = (text: string, allow: readonly AllowedIcmpv6[] = []): ScopedPacket => ({
    title: `destination ${text}`,
    fields: { destination: address(text) },
    allow,
  });
  return [
    // RFC 4443 section 3.1: code 2, beyond scope of source address.
    {
      title: 'source fe80::abcd',
      fields: { source: address('fe80::abcd') },
      allow: [{ type: 1, codes: [2] }],
    },
    { title: 'source ::', fields: { source: address('::') }, allow: [] },
    to('::1'),
    {
      title: 'destination ::1 and an echo request, which local services would answer',
      fields: { destination: address('::1'), layers: [icmpv6EchoRequest({ identifier: 0x4102 })] },
      allow: [],
    },
    // A router without a route says so, and nothing can have a route to this one.
    to('::', [{ type: 1 }]),
    to('ff00::'),
    to('ff01::1'),
    to('ff02::1'),
    to('ff02::41'),
  ];
};

/** On a link, a group has a MAC address of its own (RFC 2464 section 7). */
const podPacket = (t: TestContext, fields: InnerFields): Stimulus => {
  const { destination, source } = fields;
  return t.fromPod({
    ...fields,
    ...(destination?.bytes[0] === 0xff ? { ethernetDestination: MacAddress.forIpv6Multicast(destination) } : {}),
    ...(source === undefined ? {} : { ethernetSource: t.lab.macOf(t.lab.n1.pod()) }),
  });
};

// RFC 4291 sections 2.5.2 to 2.5.6 and 2.7: link-local and unspecified sources stay on their link, loopback and unspecified
// destinations in their node, and groups of reserved, interface or link scope where they are.
ipv6.case('ipv6.scope-not-forwarded', async (t) => {
  const legal = [t.fromPod(), t.fromTunnel()] as const;
  const stimuli = scopedPackets().flatMap(({ title, fields, allow }) => [
    { allow, stimulus: { ...podPacket(t, fields), title: `pod packet with ${title}` } },
    { allow, stimulus: { ...t.fromTunnel(fields), title: `tunnel packet with ${title}` } },
  ]);
  const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus), ...legal);
  for (const { allow, stimulus } of stimuli) t.expectNothing(seen, stimulus, { allow });
  t.expectTunnelled(seen, legal[0]);
  t.expectDelivered(seen, legal[1]);
});

/** Packets that only their destination may find fault with. */
const transitPackets = (): readonly (readonly [title: string, fields: InnerFields])[] => {
  const empty = new Uint8Array(0);
  // Options that their destination, not knowing them, must discard: the two highest bits say how (RFC 8200 section 4.2).
  const options = [0x5e, 0x9e, 0xde].map((type): readonly [string, InnerFields] => [
    `unknown destination option 0x${type.toString(16)}`,
    { layers: [destinationOptions({ options: Uint8Array.of(type, 4, 0, 0, 0, 0) }), udp(UDP_PORTS)] },
  ]);
  return [
    ...options,
    [
      'a routing header of type 253 with 1 segment left',
      { layers: [routingHeader({ routingType: 253, segmentsLeft: 1, data: new Uint8Array(20) }), udp(UDP_PORTS)] },
    ],
    [
      'a routing header of type 0 with 1 segment left',
      { layers: [routingHeader({ routingType: 0, segmentsLeft: 1, data: new Uint8Array(20) }), udp(UDP_PORTS)] },
    ],
    ['next header 253', { layers: [], nextHeader: PROTOCOL.EXPERIMENT }],
    ['next header 143', { layers: [], nextHeader: 143 }],
    ['next header 59 and no payload', { layers: [], nextHeader: PROTOCOL.NO_NEXT_HEADER, payload: empty }],
    [
      'next header 59 and 8 bytes',
      { layers: [], nextHeader: PROTOCOL.NO_NEXT_HEADER, payload: new Uint8Array(8).fill(0x59) },
    ],
    [
      'destination options that run past the end',
      { layers: [destinationOptions({ headerLength: 200 }), udp(UDP_PORTS)] },
    ],
  ];
};

// RFC 8200 sections 4 and 4.7: on the way nobody looks behind the IPv6 header (but for Hop-by-Hop Options): destination options,
// routing headers for others and unknown next headers pass, and so does a packet that says that nothing follows.
ipv6.case('ipv6.transit-not-examined', async (t) => {
  const fromPods = transitPackets().map(([title, fields]) => ({
    ...t.fromPod(fields),
    title: `pod packet with ${title}`,
  }));
  const fromTunnel = transitPackets().map(([title, fields]) => ({
    ...t.fromTunnel(fields),
    title: `tunnel packet with ${title}`,
  }));
  const seen = await t.exchange(...fromPods, ...fromTunnel);
  for (const stimulus of fromPods) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet !== undefined) expectUnchanged(t, stimulus, packet.inner, packet.frame);
  }
  for (const stimulus of fromTunnel) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered !== undefined) expectUnchanged(t, stimulus, delivered.packet, delivered.frame);
  }
});

const expectUnchanged = (t: TestContext, stimulus: Stimulus, actual: Uint8Array, frame: SeenFrame): void => {
  t.expectBytes(`packet (${stimulus.title})`, actual, stimulus.inner, {
    frame,
    ignore: (offset) => offset === 7,
  });
};
