import type { Lab, LabNode } from '../../harness/lab/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import {
  DYNAMIC,
  expectBoundary,
  expectCarried,
  configuresTunnelMtu,
  expectPacketTooBig,
  fullPacket,
  HOP_LIMIT_OFFSET,
  IPV6_MINIMUM_MTU_BYTES,
  PACKET_TOO_BIG,
  podPacket,
  POD_LINK_BYTES,
  STATIC,
  takesWholePodLink,
  tell,
} from './vectors.ts';

/** Of 1500 bytes; an outer IPv6 header is 20 longer than an IPv4 one, and 8 more with the limit option (RFC 2473 section 7). */
const LARGEST_BYTES = { 'protocol-41': 1480, fou: 1472, gue: 1468, gre: 1476 } as const;

// RFC 4213 section 3.2 counts 20 bytes of IPv4 header; UDP encapsulation adds 8 (RFC 768), GUE 4 more, GRE 4 (RFC 2784 section 2.1),
// which every MTU rule has to count too.
mtu.case('mtu.overhead-per-framing', { setup: DYNAMIC }, async (t) => {
  const { encapsulation, switches } = t.profile;
  const variantBytes = encapsulation.kind === 'gue' && switches.gueVariant === '1' ? 4 : 0;
  const limitBytes = switches.encapLimit === 'off' ? 0 : 8;
  const outerBytes = switches.outerFamily === 'ipv6' ? 20 + limitBytes : 0;
  const largestBytes = LARGEST_BYTES[encapsulation.kind] + variantBytes - outerBytes;
  const fits = podPacket(t, largestBytes);
  const sizes = [largestBytes + 1, largestBytes + 8, largestBytes + 9];
  const tooBig = sizes.map((lengthBytes, index) => podPacket(t, lengthBytes, t.lab.n2, index + 1));
  const seen = await t.exchange(fits, ...tooBig);
  const packet = expectCarried(t, seen, fits, { outerPackets: 1 });
  if (packet !== undefined)
    t.expectEqual('Total Length of the largest outer packet', packet.outer.totalLength, t.underlayMtuBytes, packet);
  for (const stimulus of tooBig) expectPacketTooBig(t, seen, stimulus, largestBytes);
});

// RFC 4213 section 3.2: the size of a packet is that of the IPv6 packet with its header, without Ethernet. One byte decides.
mtu.case('mtu.packet-too-big-boundary', { notFor: takesWholePodLink }, async (t) => {
  const mtuBytes = t.tunnelMtuBytes;
  const fitsUnderlay = mtuBytes + overheadBytes(t.profile) <= t.underlayMtuBytes;
  const fitting = [60, mtuBytes - 1, mtuBytes].map((lengthBytes) => podPacket(t, lengthBytes));
  const tooBig = [1, 14, 20, 40, 54]
    .map((excess) => mtuBytes + excess)
    .filter((lengthBytes) => lengthBytes <= POD_LINK_BYTES)
    .map((lengthBytes, index) => podPacket(t, lengthBytes, t.lab.n2, index % 4));
  const seen = await t.exchange(...fitting, ...tooBig);
  for (const stimulus of fitting) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet !== undefined && fitsUnderlay)
      t.expectEqual(`number of outer packets for the ${stimulus.title}`, packet.frames.length, 1, packet);
  }
  for (const stimulus of tooBig) t.expectIcmpv6(seen, stimulus, { type: PACKET_TOO_BIG, via: 'P' });
});

const ICMPV6_HEADER_BYTES = 48;

// RFC 4443 section 3.2: type 2, code 0, the MTU in 32 bits, from an address of the node to the source of the packet, with as much of the
// packet as fits into 1280 bytes.
const expectFormat = async (t: TestContext): Promise<void> => {
  const { lab } = t;
  const sizes = [IPV6_MINIMUM_MTU_BYTES + 1, 1481, POD_LINK_BYTES].filter(
    (lengthBytes) => lengthBytes > t.tunnelMtuBytes,
  );
  const stimuli = sizes.map((lengthBytes, index) => podPacket(t, lengthBytes, lab.n2, index));
  const seen = await t.exchange(...stimuli);
  const own = [lab.overlayAddress, lab.podGateway, lab.native.dutAddress].map(String);
  stimuli.forEach((stimulus, index) => {
    const error = expectPacketTooBig(t, seen, stimulus, t.tunnelMtuBytes);
    if (error === undefined) return;
    const { frame } = error;
    t.expectEqual('code of Packet Too Big', error.code, 0, { frame });
    t.expectEqual('ICMPv6 checksum good:', error.checksumGood, true, { frame });
    t.expectEqual('source of Packet Too Big', error.header.source.toString(), own, { frame });
    t.expectEqual('destination of Packet Too Big', error.header.destination.toString(), lab.n1.pod(index).toString(), {
      frame,
    });
    t.expectEqual('length of the message in bytes', error.packet.length, IPV6_MINIMUM_MTU_BYTES, { frame });
    const quoted = stimulus.inner.subarray(0, IPV6_MINIMUM_MTU_BYTES - ICMPV6_HEADER_BYTES);
    t.expectBytes('quoted packet', error.body, quoted, { frame, ignore: (offset) => offset === HOP_LIMIT_OFFSET });
    const hopLimit = stimulus.inner[HOP_LIMIT_OFFSET] ?? 0;
    t.expectEqual('Hop Limit in the quote', error.body[HOP_LIMIT_OFFSET] ?? -1, [hopLimit, hopLimit - 1], { frame });
  });
};

mtu.case('mtu.packet-too-big-format', { notFor: takesWholePodLink }, expectFormat);

// The same where the smallest IPv6 MTU is the limit, and a static one.
mtu.case('mtu.packet-too-big-format', { variant: 'static', setup: STATIC, notFor: configuresTunnelMtu }, expectFormat);

// RFC 4213 section 3.2.2: the packet is dropped, and the answer names the path MTU to its own tunnel endpoint less the overhead. What is said of a
// learned path MTU is judged along with mtu.learn-from-icmpv4.
mtu.case('mtu.packet-too-big-value', { setup: DYNAMIC }, async (t) => {
  await expectBoundary(t, t.tunnelMtuBytes);

  // What is known of the path to another endpoint stays out of it. Nobody else sends to that one.
  const narrow = nodeOfItsOwn(t.lab);
  const packet = narrow && (await fullPacket(t, narrow));
  if (narrow === undefined || packet === undefined) return;
  await tell(t, packet, 1400);
  const small = podPacket(t, IPV6_MINIMUM_MTU_BYTES, narrow);
  t.expectTunnelled(await t.exchange(small), small);
  await expectBoundary(t, t.tunnelMtuBytes);
});

/** Undefined for a configured tunnel, which has one peer, and where the mapping has no room for a network behind gateway A. */
const nodeOfItsOwn = ({ map, node, underlay: { behindA } }: Lab): LabNode | undefined =>
  map === undefined || behindA === undefined ? undefined : node(behindA.at(214));
