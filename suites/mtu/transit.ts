import type { Ipv6Address } from '../../harness/address/index.ts';
import { icmpv6Error, type Layer } from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import { HOP_LIMIT_OFFSET, PACKET_TOO_BIG, podPacket } from './vectors.ts';

/** As much of a packet as a Packet Too Big of 1280 bytes has room for. */
const QUOTE_BYTES = 1232;

/** A Packet Too Big about a packet from `source` to `destination`. */
const packetTooBig = (
  t: TestContext,
  mtuBytes: number,
  source: Ipv6Address,
  destination: Ipv6Address,
): readonly Layer[] => {
  const quoted = t.inner({ source, destination, lengthBytes: 1500 }).subarray(0, QUOTE_BYTES);
  return [icmpv6Error({ type: PACKET_TOO_BIG, parameter: mtuBytes, quoted })];
};

// RFC 4213 section 3.4 and RFC 4443 section 3.2: a Packet Too Big from beyond the tunnel is for the pod: it passes like any packet, and the
// MTU in it is none of the tunnel's business. The same holds for those that pods send.
mtu.case('mtu.inner-ptb-transparent', async (t) => {
  const { n1, n2 } = t.lab;
  const none = new Uint8Array(0);
  const arriving = (mtuBytes: number, source: Ipv6Address, sender: string): Stimulus => ({
    ...t.fromTunnel({ source, layers: packetTooBig(t, mtuBytes, n1.pod(), n2.pod()), payload: none }),
    title: `Packet Too Big with MTU ${String(mtuBytes)} from ${sender}`,
  });
  const inbound = [
    arriving(1300, n2.pod(), 'a remote pod'),
    arriving(1280, n2.pod(), 'a remote pod'),
    arriving(1400, n2.nodePrefix.at(1), 'the remote node'),
    arriving(9000, n2.pod(1), 'another remote pod'),
  ];
  const leaving = {
    ...t.fromPod({ layers: packetTooBig(t, 1300, n2.pod(), n1.pod()), payload: none }),
    title: 'Packet Too Big with MTU 1300 from a pod',
  };
  const seen = await t.exchange(...inbound, leaving);
  for (const stimulus of inbound) expectUnchanged(t, t.expectDelivered(seen, stimulus)?.packet, stimulus);
  expectUnchanged(t, t.expectTunnelled(seen, leaving)?.inner, leaving);

  // It says nothing about the tunnel itself.
  const full = podPacket(t, t.tunnelMtuBytes);
  t.expectTunnelled(await t.exchange(full), full);
});

const expectUnchanged = (t: TestContext, packet: Uint8Array | undefined, stimulus: Stimulus): void => {
  if (packet === undefined) return;
  const sent = stimulus.inner;
  t.expectBytes(stimulus.title, packet, sent, { ignore: (offset) => offset === HOP_LIMIT_OFFSET });
  t.expectEqual(
    `Hop Limit of the ${stimulus.title}`,
    packet[HOP_LIMIT_OFFSET] ?? -1,
    (sent[HOP_LIMIT_OFFSET] ?? 0) - 1,
  );
};
