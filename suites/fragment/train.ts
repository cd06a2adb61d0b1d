import { ETHERNET, ipv4ChecksumIsGood, IPV6, readIpv4Header, type Ipv4Header } from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { SeenFrame, SetupChanges, Stimulus, TestContext, TunnelPacket } from '../../harness/tester/context.ts';
import { DYNAMIC, fullPacket, podPacket, tell, neverFragments } from '../mtu/vectors.ts';
import { fragment } from './area.ts';
import { named } from './vectors.ts';

const TUNNEL_MTU_BYTES = 1280;

const narrow = (underlayMtuBytes: number): SetupChanges => ({
  switches: { mtuMode: 'static' },
  staticMtuBytes: TUNNEL_MTU_BYTES,
  underlayMtuBytes,
});

interface Piece {
  readonly frame: SeenFrame;
  readonly header: Ipv4Header;
  readonly startBytes: number;
  readonly endBytes: number;
}

const piecesOf = ({ frames }: TunnelPacket): Piece[] =>
  frames
    .map((frame) => {
      const header = readIpv4Header(frame.bytes, ETHERNET.HEADER_LENGTH);
      const startBytes = header.fragmentOffset * 8;
      return { frame, header, startBytes, endBytes: startBytes + header.totalLength - header.ihl * 4 };
    })
    .sort((a, b) => a.startBytes - b.startBytes);

/** Every demand on a train of fragments, one by one (RFC 791 section 3.2). */
const expectTrain = (t: TestContext, packet: TunnelPacket, stimulus: Stimulus, largestBytes: number): void => {
  const pieces = piecesOf(packet);
  const [first] = pieces;
  if (first === undefined) return;
  const of = `of every fragment of the ${stimulus.title}`;
  let expectedStart = 0;
  for (const [index, { frame, header, startBytes, endBytes }] of pieces.entries()) {
    const isLast = index === pieces.length - 1;
    const at = { frame };
    t.expectEqual(`Identification ${of}`, header.identification, first.header.identification, at);
    t.expectEqual(`TOS ${of}`, header.tos, first.header.tos, at);
    t.expectEqual(`TTL ${of}`, header.ttl, first.header.ttl, at);
    t.expectEqual(`DF ${of}`, header.dontFragment, false, at);
    t.expectEqual(`reserved flag ${of}`, header.reservedFlag, false, at);
    t.expectEqual(`MF of fragment ${String(index + 1)} of ${String(pieces.length)}`, header.moreFragments, !isLast, at);
    t.expectEqual(`offset of fragment ${String(index + 1)} in bytes`, startBytes, expectedStart, at);
    if (!isLast) t.expectEqual('payload bytes beyond a multiple of 8', (endBytes - startBytes) % 8, 0, at);
    t.expectEqual('header checksum good', ipv4ChecksumIsGood(frame.bytes, ETHERNET.HEADER_LENGTH), true, at);
    t.expectEqual('fragment within the MTU', header.totalLength <= largestBytes, true, at);
    expectedStart = endBytes;
  }
  const carried = packet.inner.slice();
  carried[IPV6.HOP_LIMIT] = stimulus.inner[IPV6.HOP_LIMIT] ?? 0;
  t.expectBytes(`inner packet of the ${stimulus.title}`, carried, stimulus.inner, { frame: packet.frame });
};

const expectTrains = async (t: TestContext, stimuli: readonly Stimulus[], largestBytes: number): Promise<void> => {
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const isFragmented = stimulus.inner.length + overheadBytes(t.profile) > largestBytes;
    t.expectEqual(`${stimulus.title} in fragments`, packet.frames.length > 1, isFragmented, { frame: packet.frame });
    if (isFragmented) expectTrain(t, packet, stimulus, largestBytes);
  }
};

/** Sizes around the largest that fits, up to that of the tunnel, and different traffic classes. */
const packets = (t: TestContext, largestBytes: number): Stimulus[] => {
  const largestWhole = largestBytes - overheadBytes(t.profile);
  const sizes = Array.from({ length: 10 }, (_, index) => largestWhole + index).filter(
    (size) => size < TUNNEL_MTU_BYTES,
  );
  const coloured = [0xb8, 0x28].map((trafficClass) =>
    named(
      t.fromPod({ lengthBytes: TUNNEL_MTU_BYTES, trafficClass }),
      `pod packet of ${String(TUNNEL_MTU_BYTES)} bytes with traffic class ${String(trafficClass)}`,
    ),
  );
  return [...[...sizes, TUNNEL_MTU_BYTES].map((lengthBytes) => podPacket(t, lengthBytes)), ...coloured];
};

// RFC 4213 section 3.5, RFC 791 section 3.2: an outer packet that does not fit into the underlay leaves in fragments with one
// Identification, DF clear, MF on all but the last, offsets that follow each other in units of 8 bytes, a length and a checksum of
// their own, the TOS of the whole, each within the MTU. Together they are the packet.
fragment.case('fragment.encap-train', { setup: narrow(1290), notFor: neverFragments }, async (t) => {
  await expectTrains(t, packets(t, 1290), 1290);
});

fragment.case(
  'fragment.encap-train',
  { variant: 'mtu-1280', setup: narrow(1280), notFor: neverFragments },
  async (t) => {
    await expectTrains(t, packets(t, 1280), 1280);
  },
);

const PATH_MTU_BYTES = 576;

// The same where the path is the narrow one, in three fragments: DF must be clear then, since nobody may be told of less than 1280.
fragment.case(
  'fragment.encap-train',
  { variant: 'narrow-path', setup: DYNAMIC, fresh: true, notFor: neverFragments },
  async (t) => {
    const packet = await fullPacket(t);
    if (packet === undefined) return;
    await tell(t, packet, PATH_MTU_BYTES);
    const stimuli = [1000, 1001, TUNNEL_MTU_BYTES].map((lengthBytes) => podPacket(t, lengthBytes));
    const seen = await t.exchange(...stimuli);
    for (const stimulus of stimuli) {
      const carried = t.expectTunnelled(seen, stimulus);
      // A node may leave the fragmenting to the router that has said so.
      if (carried === undefined) continue;
      if (carried.frames.length > 1) expectTrain(t, carried, stimulus, PATH_MTU_BYTES);
      else t.expectEqual(`DF of the ${stimulus.title}`, carried.outer.dontFragment, false, { frame: carried.frame });
    }
  },
);
