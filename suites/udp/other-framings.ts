import { build, ethernet, ICMPV4_TYPE, ICMPV4_UNREACHABLE, payload, PROTOCOL } from '../../harness/packet/index.ts';
import { DEFAULT_FOU_PORT, type Profile } from '../../harness/profile/index.ts';
import type { InnerFields, Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { expectForwardedUnchanged } from '../decap/judging.ts';
import { outerLayers } from '../../harness/tester/outer-layers.ts';
import { echoLayers, named } from '../decap/vectors.ts';
import { udpArea } from './area.ts';
import { datagramWith, outerUdp, tunnelPort } from './datagrams.ts';
import { expectNotTaken, takenAs } from './refusals.ts';

/** A packet for the DUT in the framing that is not the overlay's: protocol 41 beside UDP, UDP beside protocol 41. */
const otherwiseFramed = (t: TestContext, what: string, fields: InnerFields = {}): Stimulus => {
  const { lab, profile } = t;
  const mark = t.mark();
  const inner = t.inner({ ...fields, mark });
  if (profile.encapsulation.kind === 'protocol-41') {
    const stimulus = datagramWith(
      t,
      `${what} in UDP to port ${String(DEFAULT_FOU_PORT)}`,
      inner,
      mark,
      DEFAULT_FOU_PORT,
    );
    return { ...stimulus, inner };
  }
  const frame = build(
    ethernet({ source: lab.macOf(lab.n2.ipv4), destination: lab.macs.dut.U }),
    ...outerLayers(lab, lab.n2.ipv4, { outer: { protocol: PROTOCOL.IPV6 } }),
    payload(inner),
  );
  return { ...t.raw('U', `${what} in protocol 41`, frame, mark), inner };
};

const toPodAndSelf = (t: TestContext): Stimulus[] => [
  otherwiseFramed(t, 'packet to a pod'),
  otherwiseFramed(t, 'packet of 1280 bytes to a pod', { lengthBytes: 1280 }),
  otherwiseFramed(t, 'echo request to the DUT', { destination: t.lab.overlayAddress, layers: echoLayers() }),
];

const isDual = ({ switches }: Profile): string | undefined =>
  switches.dualFraming === 'yes' ? 'the case without variant takes both framings' : undefined;

// RFC 8085 section 3.1.11: filters and policies for the one framing do not see the other, so a node takes its overlay in the framing
// that it was configured with and in no other, unless it was told to take both.
const judgeFramings = async (t: TestContext): Promise<void> => {
  const control = named(t.fromTunnel(), 'packet to a pod in the framing of the overlay');
  const stimuli = toPodAndSelf(t);
  const seen = await t.exchange(...stimuli, control);
  t.expectDelivered(seen, control);
  const [toPod, large, echo] = stimuli;
  if (t.profile.switches.dualFraming === 'no') {
    for (const stimulus of stimuli) expectNotTaken(t, stimulus, takenAs(t, seen, stimulus));
    return;
  }
  for (const stimulus of [toPod, large]) {
    const delivered = stimulus && t.expectDelivered(seen, stimulus);
    if (delivered !== undefined && stimulus !== undefined) expectForwardedUnchanged(t, delivered, stimulus);
  }
  if (echo !== undefined) t.expectTunnelled(seen, echo, { outerDestination: t.lab.n2.ipv4 });
};

udpArea.case('udp.single-framing', judgeFramings);

udpArea.case(
  'udp.single-framing',
  { variant: 'dual', setup: { switches: { dualFraming: 'yes' } }, notFor: isDual },
  judgeFramings,
);

const DESTINATION_UNREACHABLE = 1;
const PORT_UNREACHABLE = 4;

/** ICMPv4 type 3 code 3, or ICMPv6 type 1 code 4 on an underlay that is IPv6. */
const portUnreachables = (t: TestContext, seen: Seen, stimulus: Stimulus): readonly SeenFrame[] => {
  if (t.profile.switches.outerFamily === 'ipv4') return seen.of(stimulus).filter(isIcmpv4PortUnreachable);
  return seen
    .icmpv6Errors(stimulus)
    .filter(({ type, code }) => type === DESTINATION_UNREACHABLE && code === PORT_UNREACHABLE)
    .filter(({ tunnel, frame }) => tunnel === undefined && frame.port !== 'P')
    .map(({ frame }) => frame);
};

const isIcmpv4PortUnreachable = ({ decoded }: SeenFrame): boolean => {
  const [, , layer] = decoded.layers;
  if (layer?.kind !== 'icmpv4') return false;
  return layer.header.type === ICMPV4_TYPE.DESTINATION_UNREACHABLE && layer.header.code === ICMPV4_UNREACHABLE.PORT;
};

/** Ports that a node may mistake for its own: neighbours, the same bytes exchanged, those of related protocols, the lowest and highest. */
const wrongPorts = (port: number): number[] => {
  const exchanged = ((port & 0xff) << 8) | (port >>> 8);
  const candidates = [port + 1, port - 1, port ^ 0x8000, port & 0xff, exchanged, 3544, 5555, 6080, 4754, 4789, 8472];
  return [...new Set([...candidates, 1, 7, 53, 49152, 65535])].filter(
    (candidate) => candidate !== port && candidate > 0 && candidate < 0x10000,
  );
};

/** Port from which the DUT sends, which is no port on which it listens. */
const ownSourcePort = async (t: TestContext): Promise<number | undefined> => {
  const question = named(t.fromPod(), 'pod packet');
  const packet = t.expectTunnelled(await t.exchange(question), question);
  return packet === undefined ? undefined : outerUdp(packet.frame.bytes)?.header.sourcePort;
};

// RFC 8085 section 3.1.11 and RFC 1122 section 4.1.3.1: a datagram to any other port is no tunnel packet, also one to the port that the
// DUT's own packets come from. The sender may be told that the port is unreachable.
udpArea.case('udp.wrong-port', async (t) => {
  const port = tunnelPort(t.profile);
  const own = await ownSourcePort(t);
  const ports = [...wrongPorts(port), ...(own === undefined || own === port ? [] : [own])];
  const stimuli = ports.flatMap((destinationPort) => [
    named(t.fromTunnel({}, { udp: { destinationPort } }), `tunnel packet to UDP port ${String(destinationPort)}`),
    // To and from are not the same: a packet from the tunnel's port is none to it.
    named(
      t.fromTunnel({}, { udp: { destinationPort, sourcePort: port } }),
      `tunnel packet from UDP port ${String(port)} to ${String(destinationPort)}`,
    ),
  ]);
  const control = named(t.fromTunnel(), `tunnel packet to UDP port ${String(port)}`);
  const seen = await t.exchange(...stimuli, control);
  t.expectDelivered(seen, control);
  for (const stimulus of stimuli) {
    const tolerated = portUnreachables(t, seen, stimulus);
    const other = seen.of(stimulus).filter((frame) => !tolerated.includes(frame));
    const [frame] = other;
    const what = `frames other than port unreachable after the ${stimulus.title}:`;
    t.expectEqual(what, other.length, 0, frame === undefined ? {} : { frame });
  }
});
