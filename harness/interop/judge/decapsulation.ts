import { decode, findLayer } from '../../packet/decode.ts';
import { ethernetDestination } from '../../packet/ethernet.ts';
import { icmpv6IsError } from '../../packet/icmpv6-types.ts';
import { ipv6Destination } from '../../packet/ipv6.ts';
import { otherSide } from '../links.ts';
import type { Side } from '../result.ts';
import { shownFrame, unknownTo } from './encapsulation.ts';
import { directionFrom, type Observed, type RawFinding } from './observed.ts';
import { matchTransits, pathOf, transitsAt, type Transit } from './transits.ts';

/** What one node made of the tunnel packets of the other one. */
export interface Decapsulation {
  readonly findings: readonly RawFinding[];
  /** Packets that did not come out and are not held against the node, because what went in was not right already. */
  readonly excused: number;
}

/**
 * Whether every tunnel packet for this node has come out at its pod.
 *
 * @param wrongFrames numbers of frames of both nodes with which something is known to be wrong; what becomes of them is nobody else's fault
 */
export const decapsulationFindings = (
  observed: Observed,
  side: Side,
  wrongFrames: ReadonlySet<number>,
): Decapsulation => {
  const { labs, links, podMac } = observed;
  const peer = otherSide(side);
  const { profile } = labs[side];
  const part = { side, role: 'decapsulator', direction: directionFrom(peer) } as const;
  const sent = transitsAt(links.ofSide(peer), 'tunnel', 'outbound', peer, labs);
  const wrong = sent.filter(({ frame }) => wrongFrames.has(frame.number));
  const wrongKeys = new Set(wrong.map(({ key }) => key));
  // Fragments of wrong packets may be put together with those of others: whatever comes out then was not made here.
  const wrongPaths = new Set(wrong.map(({ inner }) => pathOf(inner)));
  const frames = links.ofSide(side);
  const inputs = transitsAt(frames, 'tunnel', 'inbound', peer, labs);
  const outputs = transitsAt(frames, 'pods', 'outbound', peer, labs);
  const delivered = outputs.filter(({ frame, inner }) =>
    ethernetDestination(frame.bytes).equals(podMac(side, ipv6Destination(inner, 0))),
  );
  const { lost, repeated, strange } = matchTransits(inputs, delivered);
  const unexcused = lost.filter(({ key }) => !wrongKeys.has(key));
  const doubled = unknownTo(wrongFrames, repeated).filter(({ key }) => !wrongKeys.has(key));
  const changed = unknownTo(wrongFrames, strange).filter(({ inner }) => !wrongPaths.has(pathOf(inner)));
  // A packet that came out changed went in as one that seems lost: that it was changed is the finding.
  const silent = unexcused.slice(0, Math.max(0, unexcused.length - strange.length));
  return {
    findings: [
      ...silent.map((packet) => ({ ...part, ...lostPacket(packet, outputs), ...shownFrame(packet.frame, profile) })),
      ...doubled.map(({ frame }) => ({
        ...part,
        requirement: 'decap.basic',
        expected: ['each inner packet at its pod once'],
        actual: 'once more',
        ...shownFrame(frame, profile),
      })),
      ...changed.map((packet) => ({
        ...(isIcmpError(packet) ? foreignError(side) : { ...part, ...changedPacket }),
        ...shownFrame(packet.frame, profile),
      })),
    ],
    excused: lost.length - unexcused.length + repeated.length - doubled.length,
  };
};

const changedPacket: Complaint = {
  requirement: 'decap.inner-unchanged',
  expected: ['packets at the pods that have come through the tunnel, byte for byte'],
  actual: 'a packet that has not come through the tunnel as it is',
};

/** An error that the node itself makes about what its pods send, in the name of somebody behind the other node. */
const foreignError = (side: Side): Complaint & Pick<RawFinding, 'side' | 'role' | 'direction'> => ({
  side,
  role: 'encapsulator',
  direction: directionFrom(side),
  requirement: 'mtu.packet-too-big-format',
  expected: ["an ICMPv6 error from an address of the node's own"],
  actual: 'one from an address behind the other node, from where none has come',
});

const isIcmpError = ({ inner }: Transit): boolean => {
  const icmp = findLayer(decode(inner, 'ipv6'), 'icmpv6');
  return icmp !== undefined && icmpv6IsError(icmp.header.type);
};

type Complaint = Pick<RawFinding, 'requirement' | 'expected' | 'actual'>;

const lostPacket = (packet: Transit, outputs: readonly Transit[]): Complaint => {
  const size = `the inner packet of ${String(packet.inner.length)} bytes`;
  const elsewhere = outputs.find(({ key }) => key === packet.key);
  if (elsewhere !== undefined) {
    return {
      requirement: 'decap.basic',
      expected: [`${size} at its pod`],
      actual: 'it left on port P for the MAC address of somebody else',
    };
  }
  return packet.isFragmented
    ? {
        requirement: 'fragment.reassembly-before-decap',
        expected: [`${size} at its pod, put together from the fragments that the network made`],
        actual: 'nothing',
      }
    : { requirement: 'decap.basic', expected: [`${size} at its pod`], actual: 'nothing' };
};
