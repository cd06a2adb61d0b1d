import type { Profile } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { expectForwardedUnchanged } from '../decap/judging.ts';
import { echoLayers, named, unless } from '../decap/vectors.ts';
import { udpArea } from './area.ts';
import { outerUdp, tunnelPort, withChecksum } from './datagrams.ts';

const NONE = { checksum: 0 } as const;

const overIpv4 = ({ switches }: Profile): string | undefined =>
  switches.outerFamily === 'ipv4'
    ? 'over IPv4 a checksum of 0 needs no permission: udp.zero-checksum-accepted'
    : undefined;

const isPermitted = ({ switches }: Profile): string | undefined =>
  switches.udpChecksum === 'zero' ? 'udpChecksum=zero permits a checksum of 0 on the port of the tunnel' : undefined;

const isPermittedAnyway = ({ switches }: Profile): string | undefined =>
  switches.udpChecksum === 'zero' ? 'the case without variant has the permission' : undefined;

/** Datagrams without a checksum: of several sizes, from several ports, to a pod and to the DUT itself. */
const withoutChecksum = (t: TestContext): Stimulus[] => [
  ...[40, 141, 1280, t.tunnelMtuBytes].map((lengthBytes) =>
    named(
      t.fromTunnel({ lengthBytes }, { udp: NONE }),
      `tunnel packet of ${String(lengthBytes)} inner bytes with UDP checksum 0`,
    ),
  ),
  ...[tunnelPort(t.profile), 65535].map((sourcePort) =>
    named(
      t.fromTunnel({}, { udp: { ...NONE, sourcePort } }),
      `tunnel packet from UDP port ${String(sourcePort)} with UDP checksum 0`,
    ),
  ),
];

const echoWithoutChecksum = (t: TestContext): Stimulus =>
  named(
    t.fromTunnel({ destination: t.lab.overlayAddress, layers: echoLayers() }, { udp: NONE }),
    'echo request to the DUT with UDP checksum 0',
  );

const elsewhere = (t: TestContext): Stimulus[] =>
  [tunnelPort(t.profile) + 1, 5555, 49152].map((destinationPort) =>
    named(
      t.fromTunnel({}, { udp: { ...NONE, destinationPort } }),
      `tunnel packet to UDP port ${String(destinationPort)} with UDP checksum 0`,
    ),
  );

/** What is sent: the right checksum, or none where the port is permitted to have none. */
const judgeSent = async (t: TestContext): Promise<void> => {
  const stimuli = [40, 41, 140, 1280, t.tunnelMtuBytes].map((lengthBytes) =>
    named(t.fromPod({ lengthBytes }), `pod packet of ${String(lengthBytes)} bytes`),
  );
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    const datagram = packet === undefined ? undefined : outerUdp(packet.frame.bytes);
    if (packet === undefined || datagram === undefined) continue;
    const legal = t.profile.switches.udpChecksum === 'on' ? [datagram.rightChecksum] : [0, datagram.rightChecksum];
    t.expectEqual(`UDP checksum (${stimulus.title})`, datagram.header.checksum, legal, { frame: packet.frame });
  }
};

const summed = (t: TestContext): Stimulus =>
  named(withChecksum(t.fromTunnel()), 'tunnel packet with the right UDP checksum');

// RFC 8200 section 8.1, RFC 6935 section 5: over IPv6 nothing but the UDP checksum protects the addresses. One is sent by default, and a
// datagram without one is discarded, unless the port was configured to take them.
udpArea.case('udp.outer-ipv6-checksum', { notFor: unless(overIpv4, isPermitted) }, async (t) => {
  await judgeSent(t);
  const control = summed(t);
  const dropped = [...withoutChecksum(t), echoWithoutChecksum(t), ...elsewhere(t)];
  const seen = await t.exchange(...dropped, control);
  t.expectDelivered(seen, control);
  for (const stimulus of dropped) t.expectNothing(seen, stimulus);
});

/** Packets that the permission is not for: to other ports, and between other addresses (RFC 6936 section 4). */
const unpermitted = (t: TestContext): Stimulus[] => [
  ...elsewhere(t),
  named(
    t.fromTunnel({}, { from: t.lab.n3.ipv4, udp: NONE }),
    'tunnel packet from N3, which is not the remote end, with UDP checksum 0',
  ),
  named(
    t.fromTunnel({}, { to: t.lab.n3.ipv4, udp: NONE }),
    "tunnel packet to N3's address in a frame for the DUT, with UDP checksum 0",
  ),
];

// RFC 6936 sections 4 and 5: the permission is for one port and for the addresses of the tunnel; elsewhere a checksum of 0 stays a
// reason to discard. A datagram with a checksum is taken all the same.
udpArea.case(
  'udp.outer-ipv6-checksum',
  { variant: 'permitted', setup: { switches: { udpChecksum: 'zero' } }, notFor: unless(overIpv4, isPermittedAnyway) },
  async (t) => {
    await judgeSent(t);
    const delivered = [...withoutChecksum(t), summed(t)];
    const echo = echoWithoutChecksum(t);
    const dropped = unpermitted(t);
    const seen = await t.exchange(...dropped, ...delivered, echo);
    for (const stimulus of dropped) t.expectNothing(seen, stimulus);
    for (const stimulus of delivered) {
      const packet = t.expectDelivered(seen, stimulus);
      if (packet !== undefined) expectForwardedUnchanged(t, packet, stimulus);
    }
    t.expectTunnelled(seen, echo, { outerDestination: t.lab.n2.ipv4 });
  },
);
