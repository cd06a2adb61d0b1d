import { Ipv6Address } from '../../harness/address/index.ts';
import { ETHERNET, ICMPV6_TYPE, icmpv6EchoRequest, IPV6, tcp, udp } from '../../harness/packet/index.ts';
import type { SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { embedsNothing } from '../decap/vectors.ts';
import { expectNotEncapsulated } from '../security/judging.ts';
import { kubernetes } from './area.ts';

const expectUnchanged = (t: TestContext, stimulus: Stimulus, actual: Uint8Array, frame: SeenFrame): void => {
  t.expectBytes(`packet (${stimulus.title})`, actual, stimulus.inner, {
    frame,
    ignore: (offset) => offset === IPV6.HOP_LIMIT,
  });
};

const UPPER_LAYERS = [
  ['UDP', udp({ sourcePort: 5353, destinationPort: 53 })],
  ['TCP', tcp({ sourcePort: 443, destinationPort: 49152 })],
  ['an echo request', icmpv6EchoRequest({ identifier: 7, sequence: 1 })],
] as const;

// Kubernetes network model: pods on all nodes talk without address translation, so the receiver sees the sender's own address, port
// and payload, in either direction.
kubernetes.case('kubernetes.no-nat', async (t) => {
  const out = UPPER_LAYERS.map(([what, layer]) => ({
    ...t.fromPod({ layers: [layer] }),
    title: `${what} from a pod to one on N2`,
  }));
  const back = UPPER_LAYERS.map(([what, layer]) => ({
    ...t.fromTunnel({ layers: [layer] }),
    title: `${what} from a pod on N2`,
  }));
  const seen = await t.exchange(...out, ...back);
  for (const stimulus of out) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet !== undefined) expectUnchanged(t, stimulus, packet.inner, packet.frame);
  }
  for (const stimulus of back) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered !== undefined) expectUnchanged(t, stimulus, delivered.packet, delivered.frame);
  }
});

// Kubernetes network model: the agents of a node reach every pod. What the node sends of its own accord to a pod elsewhere has an
// overlay address of the node for its source, or the other node takes it for forged (RFC 5969 section 9.2).
kubernetes.case('kubernetes.node-to-pod', { errors: 'expected' }, async (t) => {
  const { lab } = t;
  const asked = { destination: lab.overlayAddress, layers: [icmpv6EchoRequest({ identifier: 0x4b38, sequence: 1 })] };
  const fromLocal = { ...t.fromPod(asked), title: 'echo request from a local pod to the node' };
  const fromRemote = { ...t.fromTunnel(asked), title: 'echo request from a remote pod to the node' };
  const expiring = {
    ...t.fromPod({ source: lab.n1.pod(1), hopLimit: 1 }),
    title: 'local pod packet that expires at the node',
  };
  const expiringRemote = {
    ...t.fromTunnel({ source: lab.n2.pod(1), hopLimit: 1 }),
    title: 'remote pod packet that expires at the node',
  };
  const seen = await t.exchange(fromLocal, fromRemote, expiring, expiringRemote);
  const isReply = ({ bytes }: SeenFrame): boolean =>
    bytes[ETHERNET.HEADER_LENGTH + IPV6.HEADER_LENGTH] === ICMPV6_TYPE.ECHO_REPLY;
  const localReplies = seen.of(fromLocal).filter((frame) => frame.port === 'P' && isReply(frame));
  t.expectEqual('answers of the node to the local pod:', localReplies.length, 1);
  const reply = t.echoReply(seen, fromRemote);
  t.expectEqual('answers of the node to the remote pod:', reply === undefined ? 0 : 1, 1);

  const own = [lab.overlayAddress, lab.native.dutAddress, lab.podGateway].map(String);
  const local = t.expectIcmpv6(seen, expiring, { type: 3, codes: [0], via: 'P' });
  if (local !== undefined)
    t.expectEqual('source of what the node sends to a local pod:', local.header.source.toString(), own, local);
  const remote = t.expectIcmpv6(seen, expiringRemote, { type: 3, codes: [0], via: lab.n2.ipv4 });
  for (const message of [remote, reply]) {
    if (message === undefined) continue;
    const { source } = message.header;
    const isOverlay = lab.n1.nodePrefix.contains(source);
    t.expectEqual(
      `source ${source.toString()} of what the node sends to a remote pod is in its own prefix:`,
      isOverlay,
      true,
      message,
    );
  }
});

// Kubernetes network model: a pod's address is its identity. A pod that uses another one is stopped at its own node, where
// podSource=node-prefix; otherwise at least nobody's in the overlay, which the other node would take for forged (RFC 5969 section 9.2,
// RFC 3964 section 5.1).
const judgeSources = async (t: TestContext): Promise<void> => {
  const { lab } = t;
  const as = (source: Ipv6Address, title: string): Stimulus => ({
    ...t.fromPod({ source, ethernetSource: lab.macOf(lab.n1.pod()) }),
    title,
  });
  const ofN3 = as(lab.n3.pod(), 'pod packet with the source of a pod of N3');
  const outside = as(Ipv6Address.parse('2001:db8::1'), 'pod packet with the source 2001:db8::1');
  const control = { ...t.fromPod(), title: 'pod packet with its own source' };
  const seen = await t.exchange(ofN3, outside, control);
  expectNotEncapsulated(t, seen, ofN3, { error: 'allowed' });
  if (t.profile.switches.podSource === 'any') t.expectTunnelled(seen, outside);
  else expectNotEncapsulated(t, seen, outside, { error: 'allowed' });
  t.expectTunnelled(seen, control);
};

kubernetes.case('kubernetes.pod-source-confined', { notFor: embedsNothing }, judgeSources);
kubernetes.case(
  'kubernetes.pod-source-confined',
  { variant: 'any', setup: { switches: { podSource: 'any' } }, notFor: embedsNothing },
  judgeSources,
);

// Kubernetes network model, RFC 8200 section 3: pods of one node reach each other without leaving it.
kubernetes.case('kubernetes.same-node-local', async (t) => {
  const { n1 } = t.lab;
  const stimuli = [
    [0, 1],
    [1, 0],
    [2, 3],
  ].map(([from = 0, to = 0]) => ({
    to: n1.pod(to),
    stimulus: {
      ...t.fromPod({ source: n1.pod(from), destination: n1.pod(to) }),
      title: `packet from pod ${String(from)} to pod ${String(to)} of the node`,
    },
  }));
  const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus));
  for (const { to, stimulus } of stimuli) {
    // The node may tell the sender of the shorter way (Redirect, RFC 4861 section 8.2), so only the packet itself counts.
    const delivered = seen.podPackets(stimulus).filter(({ header }) => header.destination.equals(to));
    t.expectEqual(`number of packets delivered (${stimulus.title}):`, delivered.length, 1);
    const away = seen.of(stimulus).filter(({ port }) => port !== 'P');
    const [frame] = away;
    t.expectEqual(`frames on the underlay (${stimulus.title}):`, away.length, 0, frame === undefined ? {} : { frame });
  }
});
