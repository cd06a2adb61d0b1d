import { ETHERNET, IPV4, readUint16 } from '../../harness/packet/index.ts';
import type { Lab, LabNode } from '../../harness/lab/index.ts';
import type { Seen, Stimulus, TestContext, TunnelPacket } from '../../harness/tester/context.ts';
import { onLinkNodes } from '../on-link-nodes.ts';

/** With this segment, the last 16 bits of a destination can be large enough for a sum that carries twice. */
export const SEGMENT_PREFIX_LENGTH = 16;
/** Enough that some header of theirs can be completed to a chosen sum. */
const NODES = 200;
/** Odd, so that the addresses differ in all their low bits. */
const NODE_STEP = 97;
const LENGTHS = [40, 41, 100, 255, 256, 1000, 1240, 1279, 1280];
/** DSCP 46 and ECT(0); ECT(1) alone; CE alone; everything. */
const TRAFFIC_CLASSES = [0xba, 0x01, 0x03, 0xff];

/** Ordinary packets, then packets whose lengths are chosen so that the sum of their headers carries twice. */
export const judgeHeaderChecksum = async (t: TestContext): Promise<void> => {
  const nodes = [...onLinkNodes(t.lab, 3), ...lastNodes(t.lab)];
  const ordinary = [
    ...LENGTHS.map((lengthBytes) => ({
      ...t.fromPod({ lengthBytes }),
      title: `pod packet of ${String(lengthBytes)} bytes`,
    })),
    ...TRAFFIC_CLASSES.map((trafficClass) => ({
      ...t.fromPod({ trafficClass }),
      title: `pod packet with Traffic Class ${String(trafficClass)}`,
    })),
  ];
  const samples = nodes.map((node) => ({
    node,
    stimulus: { ...t.fromPod({ destination: node.pod() }), title: `pod packet to node ${node.ipv4.toString()}` },
  }));
  const seen = await t.exchange(...ordinary, ...samples.map(({ stimulus }) => stimulus));
  for (const stimulus of ordinary) judge(t, seen, stimulus);
  const chosen = samples.flatMap(({ node, stimulus }) => {
    const packet = judge(t, seen, stimulus);
    return packet === undefined ? [] : doubleCarries(t, node, packet);
  });
  if (chosen.length === 0) return;
  const afterwards = await t.exchange(...chosen);
  const carried = chosen.flatMap((stimulus) => judge(t, afterwards, stimulus) ?? []).filter(carriesTwice);
  t.note(`${String(carried.length)} headers whose sum carries twice`);
};

/** Nodes from the end of the DUT's segment. */
const lastNodes = ({ map, underlay, node }: Lab): readonly LabNode[] => {
  const last = 2 ** (32 - underlay.segment.length) - 2;
  const addresses = Array.from({ length: NODES }, (_, index) => underlay.segment.at(last - index * NODE_STEP));
  return map === undefined ? [] : addresses.filter((address) => map.ipv4Prefix.contains(address)).map(node);
};

/** One's complement addition is addition modulo 65535, so a header with a right checksum is divisible by it (RFC 1071). */
const judge = (t: TestContext, seen: Seen, stimulus: Stimulus): TunnelPacket | undefined => {
  const packet = t.expectTunnelled(seen, stimulus);
  if (packet === undefined) return undefined;
  const { frame, outer } = packet;
  const others = sumOfHeader(packet);
  // A sum of 65535 has the checksum 0; RFC 1624 section 3 explains why some send 65535 for it.
  const remainder = others % 0xffff;
  const legal = (remainder === 0 ? [0, 0xffff] : [0xffff - remainder]).map(hex);
  t.expectEqual(`header checksum (${stimulus.title})`, hex(outer.headerChecksum), legal, { frame });
  return packet;
};

const hex = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

/** Plain sum of all 16-bit words of the outer header but the checksum. */
const sumOfHeader = ({ frame: { bytes }, outer }: TunnelPacket): number => {
  let sum = 0;
  for (let at = 0; at < outer.ihl * 4; at += 2)
    if (at !== IPV4.HEADER_CHECKSUM) sum += readUint16(bytes, ETHERNET.HEADER_LENGTH + at);
  return sum;
};

const carriesTwice = (packet: TunnelPacket): boolean => foldOnce(sumOfHeader(packet)) > 0xffff;
const foldOnce = (sum: number): number => (sum & 0xffff) + (sum >>> 16);

/**
 * Packets for a node that has answered with some header before: of a length with which the sum carries twice, provided that the
 * Identification goes up by one or stays as it is. None where no length does that.
 */
const doubleCarries = (t: TestContext, { ipv4, pod }: LabNode, packet: TunnelPacket): readonly Stimulus[] => {
  const sum = sumOfHeader(packet);
  const headerBytes = packet.outer.totalLength - packet.inner.length;
  return [1, 0].flatMap((step) => {
    const rest = sum - packet.outer.totalLength + step;
    for (let lengthBytes = 60; lengthBytes <= t.tunnelMtuBytes; lengthBytes += 1) {
      if (foldOnce(rest + headerBytes + lengthBytes) <= 0xffff) continue;
      const title = `pod packet of ${String(lengthBytes)} bytes to ${ipv4.toString()}, whose header sum should carry twice`;
      return [{ ...t.fromPod({ destination: pod(), lengthBytes }), title }];
    }
    return [];
  });
};
