import { concat, ETHERNET, IPV6, PROTOCOL, UDP } from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { Seen, Stimulus, TestContext, TunnelPacket } from '../../harness/tester/context.ts';
import { echoLayers, named } from '../decap/vectors.ts';
import { udpArea } from './area.ts';
import { outerUdp, tunnelPort, udpAt, udpOverheadBytes } from './datagrams.ts';

const TIME_EXCEEDED = 3;
const NO_SHIM = new Uint8Array(0);

const podPackets = (t: TestContext): Stimulus[] =>
  [40, 41, 48, 576, 1279, 1280, t.tunnelMtuBytes - 1, t.tunnelMtuBytes].map((lengthBytes) =>
    named(t.fromPod({ lengthBytes }), `pod packet of ${String(lengthBytes)} bytes`),
  );

/** The outer header without options, UDP to the tunnel's port, the bytes of the framing, and those of the pod packet at once. */
const judgeFraming = (t: TestContext, seen: Seen, stimulus: Stimulus, shim: Uint8Array): void => {
  const packet = t.expectTunnelled(seen, stimulus);
  if (packet === undefined) return;
  const { frame, outer } = packet;
  const { bytes } = frame;
  const about = `(${stimulus.title})`;
  if (!t.expectEqual(`outer protocol ${about}`, outer.protocol, PROTOCOL.UDP, { frame })) return;
  const udpOffset = udpAt(bytes) - ETHERNET.HEADER_LENGTH;
  const outerBytes = overheadBytes(t.profile) - udpOverheadBytes(t.profile);
  t.expectEqual(`offset of the UDP header ${about}`, udpOffset, outerBytes, { frame });
  judgePort(t, packet, stimulus);
  const behindUdp = ETHERNET.HEADER_LENGTH + udpOffset + UDP.HEADER_LENGTH;
  const carried = bytes.subarray(behindUdp, ETHERNET.HEADER_LENGTH + outer.totalLength);
  t.expectBytes(`bytes behind the UDP header ${about}`, carried, concat(shim, stimulus.inner), {
    frame,
    ignore: (offset) => offset === shim.length + IPV6.HOP_LIMIT,
  });
};

const judgePort = (t: TestContext, { frame }: TunnelPacket, { title }: Stimulus): void => {
  const port = outerUdp(frame.bytes)?.header.destinationPort ?? 0;
  t.expectEqual(`UDP destination port (${title})`, port, tunnelPort(t.profile), { frame });
};

/** What the DUT itself answers goes to the tunnel's port as well, not to the port that the question came from. */
const judgeAnswers = async (t: TestContext, shim: Uint8Array): Promise<void> => {
  const { lab, random } = t;
  const questions = Array.from({ length: 4 }, () => {
    const sourcePort = 20000 + random.int(40000);
    return named(
      t.fromTunnel({ destination: lab.overlayAddress, layers: echoLayers() }, { udp: { sourcePort } }),
      `echo request to the DUT from UDP port ${String(sourcePort)}`,
    );
  });
  const sourcePort = 20000 + random.int(40000);
  // A pod that nobody has sent an error to yet, because a node may limit the errors to each destination.
  const source = lab.n2.pod(0x100 + random.int(0x8000));
  const expiring = named(
    t.fromTunnel({ source, hopLimit: 1 }, { udp: { sourcePort } }),
    `tunnel packet with Hop Limit 1 from UDP port ${String(sourcePort)}`,
  );
  const seen = await t.exchange(...questions, expiring);
  for (const question of questions) {
    const answer = t.expectTunnelled(seen, question, { outerDestination: lab.n2.ipv4 });
    if (answer === undefined) continue;
    const { frame } = answer;
    judgePort(t, answer, question);
    const at = udpAt(frame.bytes) + UDP.HEADER_LENGTH;
    const what = `bytes between UDP and IPv6 in the answer to the ${question.title}`;
    t.expectBytes(what, frame.bytes.subarray(at, frame.bytes.length - answer.inner.length), shim, { frame });
  }
  // A node may limit its errors; one that it sends goes the same way.
  if (seen.of(expiring).length > 0) t.expectIcmpv6(seen, expiring, { type: TIME_EXCEEDED, via: lab.n2.ipv4 });
};

/** What the DUT sends, with these bytes between UDP and IPv6: pods' packets of many sizes, and its own. */
export const judgeSent = async (t: TestContext, shim: Uint8Array): Promise<void> => {
  const stimuli = podPackets(t);
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) judgeFraming(t, seen, stimulus, shim);
  await judgeAnswers(t, shim);
};

const judgeFou = async (t: TestContext): Promise<void> => {
  await judgeSent(t, NO_SHIM);
  const back = named(t.fromTunnel(), 'tunnel packet in the same framing');
  t.expectDelivered(await t.exchange(back), back);
};

// RFC 4380 section 2.7 for the plain form, which FOU shares: IPv4, UDP, and the inner IPv6 header at once, with nothing between them.
// The destination port is the configured one in both directions, for pods' packets and for the node's own.
udpArea.case('udp.fou-framing', judgeFou);

const OTHER_PORTS = [5555, 5556] as const;

/** A port that the profile does not have. */
export const anotherPort = (t: TestContext): number => {
  const [first, second] = OTHER_PORTS;
  return tunnelPort(t.profile) === first ? second : first;
};

// The port is configuration, not part of the protocol.
udpArea.case('udp.fou-framing', { variant: 'another-port' }, async (t) => {
  await t.restart({ profileText: `${t.profile.text},encap=fou:${String(anotherPort(t))}` });
  await judgeFou(t);
});
