import {
  fragmentHeader,
  hopByHopOptions,
  icmpv6EchoRequest,
  PROTOCOL,
  tcp,
  udp,
  type Layer,
} from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { onLinkNodes } from '../on-link-nodes.ts';
import { moveN2BehindSecondPort, SECOND_UNDERLAY_PORT } from '../two-underlay-ports.ts';
import { encap } from './area.ts';
import { needsOuterIpv4 } from '../outer-family.ts';

// RFC 4213 section 3.5, RFC 3056 section 3: the protocol field is 41 for whatever the IPv6 packet carries.
encap.case('encap.protocol-41', async (t) => {
  const ports = { sourcePort: 41000, destinationPort: 41001 };
  const payloads: readonly (readonly [title: string, layers: readonly Layer[], nextHeader?: number])[] = [
    ['TCP', [tcp(ports)]],
    ['UDP', [udp(ports)]],
    ['ICMPv6', [icmpv6EchoRequest()]],
    ['nothing', [], PROTOCOL.NO_NEXT_HEADER],
    ['a fragment', [fragmentHeader({ moreFragments: true }), udp(ports)]],
    ['Hop-by-Hop Options', [hopByHopOptions(), udp(ports)]],
    ['protocol 4', [], PROTOCOL.IPV4],
  ];
  const stimuli = payloads.map(([title, layers, nextHeader]) => ({
    ...t.fromPod({ layers, ...(nextHeader === undefined ? {} : { nextHeader }) }),
    title: `pod packet that carries ${title}`,
  }));
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    t.expectEqual(`outer protocol (${stimulus.title})`, packet.outer.protocol, 41, { frame: packet.frame });
  }
});

/** A pod packet to each of up to three nodes, each of which is its own next hop. */
const toSeveralNodes = (t: TestContext): readonly Stimulus[] =>
  onLinkNodes(t.lab, 3).map(({ ipv4, pod }) => ({
    ...t.fromPod({ destination: pod() }),
    title: `pod packet to node ${ipv4.toString()}`,
  }));

// RFC 4213 section 3.5: the outer source is the address that the node is configured with, for every remote, not another address of
// the interface.
encap.case('encap.source-address', async (t) => {
  const stimuli = toSeveralNodes(t);
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer } = packet;
    t.expectEqual(`outer source (${stimulus.title})`, outer.source.toString(), t.lab.n1.ipv4.toString(), {
      frame,
    });
  }
});

// RFC 4213 section 3.5, RFC 5969 section 9: the outer source stays the configured address when the route to the remote leaves by
// another interface with an address of its own, because the remote compares it.
encap.case('encap.source-stable-multihomed', { setup: SECOND_UNDERLAY_PORT }, async (t) => {
  await moveN2BehindSecondPort(t);
  const stimuli = toSeveralNodes(t);
  const seen = await t.exchange(...stimuli);
  const ports = new Set<string>();
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer } = packet;
    ports.add(frame.port);
    t.expectEqual(
      `outer source (${stimulus.title} on ${frame.port})`,
      outer.source.toString(),
      t.lab.n1.ipv4.toString(),
      { frame },
    );
  }
  if (!ports.has('U2')) t.doubt('No packet left by the second underlay port, although the route to N2 leads there');
});

// RFC 4213 section 3.5, RFC 791 section 3.1: Total Length counts the outer header, what stands between the headers, and the inner
// packet: Payload Length and 60 bytes for protocol 41, 8 more in UDP.
encap.case('encap.total-length', async (t) => {
  const overhead = overheadBytes(t.profile);
  const payloadLengths = [0, 1, 7, 8, 9, 100, 1231, 1240, t.tunnelMtuBytes - 40];
  const bare = payloadLengths.map((bytes) => ({
    ...t.fromPod({ lengthBytes: 40 + bytes }),
    title: `pod packet with Payload Length ${String(bytes)}`,
  }));
  // As a real link pads short frames, and as a driver leaves the frame check sequence behind longer ones.
  const padded = [0, 1, 5, 100].map((bytes) => ({
    ...t.fromPod({ lengthBytes: 40 + bytes, trailer: new Uint8Array(Math.max(4, 6 - bytes)) }),
    title: `pod packet with Payload Length ${String(bytes)} in a longer frame`,
  }));
  const stimuli = [...bare, ...padded];
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer } = packet;
    t.expectEqual(`Total Length (${stimulus.title})`, outer.totalLength, overhead + stimulus.inner.length, {
      frame,
    });
  }
});

// RFC 4213 section 3.5, RFC 791 section 3.1: the first four bits of the outer header are 4.
encap.case('encap.version-4', { notFor: needsOuterIpv4 }, async (t) => {
  const stimulus = { ...t.fromPod(), title: 'pod packet' };
  const seen = await t.exchange(stimulus);
  const packet = t.expectTunnelled(seen, stimulus);
  if (packet !== undefined) t.expectEqual('outer version', packet.outer.version, 4, { frame: packet.frame });
});
