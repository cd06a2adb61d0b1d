import {
  build,
  ETHERNET,
  hopByHopOptions,
  icmpv4EchoRequest,
  ipv4 as ipv4Layer,
  IPV6,
  PROTOCOL,
  udp,
} from '../../harness/packet/index.ts';
import type { InnerFields, SilenceOptions, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { decap } from './area.ts';
import { headerChainPackets } from './header-chains.ts';
import { expectDroppedBeside, expectForwardedUnchanged } from './judging.ts';
import { echoLayers, named, outerOverheadBytes, withTrailer } from './vectors.ts';

const expectAllUnchanged = async (t: TestContext, stimuli: readonly Stimulus[]): Promise<void> => {
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered === undefined) continue;
    expectForwardedUnchanged(t, delivered, stimulus);
    const what = `bytes behind the Ethernet header of the ${stimulus.title}`;
    // Frames below the Ethernet minimum may be padded; all others end with the packet.
    const shortest = ETHERNET_MINIMUM_BYTES - ETHERNET.HEADER_LENGTH;
    const lengthBytes = delivered.frame.bytes.length - ETHERNET.HEADER_LENGTH;
    const { length } = stimulus.inner;
    t.expectEqual(what, lengthBytes, length >= shortest ? length : [length, shortest], { frame: delivered.frame });
  }
};

const ETHERNET_MINIMUM_BYTES = 60;

// RFC 4213 section 3.6 and RFC 791: the inner packet ends where its Payload Length says. What the outer Total Length counts beyond
// that is padding: it is cut off, neither forwarded nor a reason to drop, and Payload Length stays as it was.
decap.case('decap.inner-length', async (t) => {
  const room = t.underlayMtuBytes - outerOverheadBytes(t.profile);
  const vectors = [
    ...[1, 8, 17, 400].map((surplus) => ({ lengthBytes: 140, surplus })),
    { lengthBytes: 141, surplus: 3 },
    { lengthBytes: 200, surplus: room - 200 },
    { lengthBytes: 140, surplus: 0 },
  ];
  const stimuli = vectors.map(({ lengthBytes, surplus }) =>
    named(
      t.fromTunnel({ lengthBytes }, { surplus: new Uint8Array(surplus).fill(0xee) }),
      `tunnel packet of ${String(lengthBytes)} inner bytes and ${String(surplus)} surplus bytes 0xee`,
    ),
  );
  await expectAllUnchanged(t, stimuli);
});

// RFC 4213 section 3.6, RFC 8200 section 3, RFC 6437 section 2: apart from the hop limit that forwarding lowers (and ECN, which is not
// congested here) no byte of the inner packet changes: addresses, Flow Label, extension headers, payload, wrong checksums.
decap.case('decap.inner-unchanged', async (t) => {
  const bare = named(t.fromTunnel({ lengthBytes: IPV6.HEADER_LENGTH }), 'tunnel packet with a bare IPv6 header');
  const largest = named(
    t.fromTunnel({ lengthBytes: t.tunnelMtuBytes }),
    `tunnel packet of ${String(t.tunnelMtuBytes)} inner bytes`,
  );
  const hopLimits = [2, 255].map((hopLimit) =>
    named(t.fromTunnel({ hopLimit }), `tunnel packet with Hop Limit ${String(hopLimit)}`),
  );
  await expectAllUnchanged(t, [...headerChainPackets(t), bare, largest, ...hopLimits]);
});

/** A tunnel packet that has a whole IPv4 packet where IPv6 is due. */
const carryingIpv4 = (
  t: TestContext,
  what: string,
  fields: Parameters<typeof ipv4Layer>[0],
  echo: boolean,
): Stimulus => {
  const mark = t.mark();
  const data = t.tag(mark);
  const body = echo
    ? [icmpv4EchoRequest({ identifier: 1, sequence: 1, data })]
    : [udp({ sourcePort: 41000, destinationPort: 41001 }), asPayload(data)];
  return { ...t.fromTunnel(build(ipv4Layer(fields), ...body)), mark, title: `tunnel packet with ${what}` };
};

const asPayload = (data: Uint8Array): ReturnType<typeof udp> => ({ kind: 'payload', finish: () => data });

// RFC 4213 section 3.6 and RFC 8200 section 3: what begins with another version than 6 is no IPv6 packet, and a whole IPv4 packet is
// none of the tunnel's business: it is dropped, not handed to the IPv4 stack.
decap.case('decap.inner-version', async (t) => {
  const { n1, n2, n3, underlay } = t.lab;
  const versions = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((version) =>
    named(t.fromTunnel({ version }), `tunnel packet with inner version ${String(version)}`),
  );
  const ipv4Packets = [
    carryingIpv4(t, 'an IPv4 echo request to the DUT', { source: underlay.gatewayA, destination: n1.ipv4 }, true),
    carryingIpv4(t, 'an IPv4 echo request of N2 to the DUT', { source: n2.ipv4, destination: n1.ipv4 }, true),
    carryingIpv4(t, 'an IPv4 packet to the DUT', { source: n2.ipv4, destination: n1.ipv4 }, false),
    carryingIpv4(t, 'an IPv4 packet to N3', { source: n2.ipv4, destination: n3.ipv4 }, false),
  ];
  await expectDroppedBeside(
    t,
    [named(t.fromTunnel(), 'tunnel packet with inner version 6')],
    [...versions, ...ipv4Packets],
  );
});

/** A pod packet inside the packet to a pod, and a different pod as its destination, so that a second layer taken off shows. */
const nested = (t: TestContext, fields: InnerFields, title: string): Stimulus => {
  const mark = t.mark();
  const payload = t.inner({ mark, source: t.lab.n3.pod(), destination: t.lab.n1.pod(1) });
  return { ...t.fromTunnel({ nextHeader: PROTOCOL.IPV6, layers: [], payload, ...fields }), mark, title };
};

/** The node itself has no tunnel for the inner packet: it may say so, once. */
const MAY_REFUSE: SilenceOptions = { allow: [{ type: 4, codes: [1] }, { type: 1 }] };

// RFC 4213 section 3.6: one level of encapsulation is removed. A tunnel packet inside the tunnel packet is payload; were it taken
// apart as well, it would come past all checks of its outer addresses.
decap.case('decap.one-level-only', async (t) => {
  const { lab } = t;
  const inIpv6 = nested(t, {}, 'tunnel packet to a pod with IPv6 in IPv6');
  const twice = nested(
    t,
    { layers: [hopByHopOptions({ nextHeader: PROTOCOL.IPV6 })], nextHeader: PROTOCOL.HOP_BY_HOP },
    'tunnel packet to a pod with IPv6 behind Hop-by-Hop Options',
  );
  const mark = t.mark();
  const ipv4Inside = build(
    ipv4Layer({ source: lab.n2.ipv4, destination: lab.n1.ipv4 }),
    icmpv4EchoRequest({ identifier: 1, sequence: 1, data: t.tag(mark) }),
  );
  const inIpv4 = {
    ...t.fromTunnel({ nextHeader: PROTOCOL.IPV4, layers: [], payload: ipv4Inside }),
    mark,
    title: 'tunnel packet to a pod with an IPv4 echo request to the DUT inside',
  };
  await expectAllUnchanged(t, [inIpv6, twice, inIpv4]);
  const toSelf = nested(
    t,
    { destination: lab.overlayAddress },
    "tunnel packet to the DUT's overlay address with a packet to a pod inside",
  );
  await expectDroppedBeside(t, [named(t.fromTunnel(), 'tunnel packet to a pod')], [toSelf], MAY_REFUSE);
});

// RFC 4213 section 3.6, RFC 8200 section 3, RFC 791: an inner packet that claims more bytes than the datagram brings is discarded.
// Nothing is made up for the missing ones, and nothing read from behind the datagram, padding of the frame included.
decap.case('decap.truncated-inner', async (t) => {
  const carried = t.inner().length - IPV6.HEADER_LENGTH;
  const longer = [1, 8, 1000].flatMap((more) => {
    const stimulus = t.fromTunnel({ payloadLength: carried + more });
    const title = `tunnel packet with a Payload Length ${String(more)} bytes beyond the datagram`;
    const padded = t.fromTunnel({ payloadLength: carried + more });
    return [
      named(stimulus, title),
      named(withTrailer(padded, new Uint8Array(more + 8)), `${title}, in a frame with padding that would fill it`),
    ];
  });
  const huge = [
    named(t.fromTunnel({ payloadLength: 0xffff }), 'tunnel packet with Payload Length 65535'),
    named(
      t.fromTunnel({
        payloadLength: 0xffff,
        layers: [hopByHopOptions(), udp({ sourcePort: 41000, destinationPort: 41001 })],
      }),
      'tunnel packet with Payload Length 65535 and Hop-by-Hop Options that hold no jumbo payload',
    ),
    named(
      t.fromTunnel({ destination: t.lab.overlayAddress, layers: echoLayers(), payloadLength: 1000 }),
      "echo request to the DUT's overlay address with a Payload Length beyond the datagram",
    ),
  ];
  const overhead = outerOverheadBytes(t.profile);
  const innerBytes = t.inner().length;
  const cut = [1, 5].map((missing) =>
    named(
      t.fromTunnel(
        {},
        { outer: { totalLength: overhead + innerBytes - missing }, udp: { length: 8 + innerBytes - missing } },
      ),
      `tunnel packet whose outer Total Length ends ${String(missing)} bytes before the inner packet`,
    ),
  );
  await expectDroppedBeside(
    t,
    [named(t.fromTunnel(), 'tunnel packet with the right Payload Length')],
    [...longer, ...huge, ...cut],
  );
});
