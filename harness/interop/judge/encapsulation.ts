import { describe } from '../../packet/describe.ts';
import { overheadBytes, tunnelPortsOf, type Profile } from '../../profile/index.ts';
import { IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import type { LinkFrame } from '../links.ts';
import type { Side } from '../result.ts';
import { errorsToPods, type IcmpError } from './icmp-errors.ts';
import { directionFrom, type Observed, type RawFinding } from './observed.ts';
import { matchTransits, pathOf, quoteKey, transitsAt, type Transit } from './transits.ts';

/**
 * Whether every packet of this node's pods has gone into the tunnel, or has been answered as it must be.
 *
 * @param wrongFrames numbers of frames of this node with which something is known to be wrong
 */
export const encapsulationFindings = (
  observed: Observed,
  side: Side,
  wrongFrames: ReadonlySet<number>,
): readonly RawFinding[] => {
  const { labs, links } = observed;
  const frames = links.ofSide(side);
  const { profile } = labs[side];
  const part = { side, role: 'encapsulator', direction: directionFrom(side) } as const;
  const inputs = transitsAt(frames, 'pods', 'inbound', side, labs);
  const outputs = transitsAt(frames, 'tunnel', 'outbound', side, labs);
  const { lost, repeated, strange } = matchTransits(inputs, outputs);
  const errors = errorsToPods(frames);
  const sent = new Set(errors.length === 0 ? [] : inputs.map(({ inner }) => quoteKey(inner)));
  const limitAt = tunnelMtus(observed, side);
  const shown = (frame: LinkFrame) => shownFrame(frame, profile);
  const complaints = lost.flatMap((packet) => {
    const complaint = complaintAbout(packet, limitAt, errors);
    return complaint === undefined ? [] : [{ ...part, ...complaint, ...shown(packet.frame) }];
  });
  return [
    // A packet that came out changed went in as one that seems lost: that it was changed is the finding.
    ...complaints.slice(0, Math.max(0, complaints.length - strange.length)),
    ...unknownTo(wrongFrames, repeated).map(({ frame }) => ({
      ...part,
      requirement: 'encap.exactly-once',
      expected: ['exactly one tunnel packet for each packet of a pod'],
      actual: 'one more',
      ...shown(frame),
    })),
    ...unknownTo(wrongFrames, strange).map(({ frame }) => ({
      ...part,
      requirement: 'encap.inner-unchanged',
      expected: ['tunnel packets that carry what the pods have sent, byte for byte'],
      actual: 'a tunnel packet that carries a packet which no pod has sent',
      ...shown(frame),
    })),
    ...misdirected(observed, side).map((finding) => ({ ...part, ...finding })),
    ...unheeded(observed, side).map((finding) => ({ ...part, ...finding })),
    ...errors
      .filter(({ isTooBig, quoteKey: quoted }) => isTooBig && !sent.has(quoted))
      .map(({ frame }) => ({
        ...part,
        requirement: 'mtu.packet-too-big-format',
        expected: ['Packet Too Big that quotes the packet of the pod from its IPv6 header on, as much as fits'],
        actual: 'one that quotes no packet of a pod, or too little of it to tell which',
        ...shown(frame),
      })),
    ...errors
      .filter(({ isTooBig, mtuBytes, frame }) => isTooBig && mtuBytes > limitAt(frame.number - 1, 'settled'))
      .map(({ mtuBytes, frame }) => ({
        ...part,
        requirement: 'mtu.packet-too-big-value',
        expected: [
          `Packet Too Big with an MTU of ${String(limitAt(frame.number - 1))}, which is what the tunnel takes`,
        ],
        actual: `Packet Too Big with an MTU of ${String(mtuBytes)}`,
        ...shown(frame),
      })),
  ];
};

/** Those of which nobody has said anything yet. */
export const unknownTo = (wrongFrames: ReadonlySet<number>, packets: readonly Transit[]): readonly Transit[] =>
  packets.filter(({ frame }) => !wrongFrames.has(frame.number));

type Complaint = Pick<RawFinding, 'requirement' | 'expected' | 'actual'>;

/** What is wrong with a packet having gone nowhere; undefined where it was too big and that has been said. */
const complaintAbout = (
  { inner, frame }: Transit,
  limitAt: TunnelMtus,
  errors: readonly IcmpError[],
): Complaint | undefined => {
  const key = quoteKey(inner);
  const error = errors.find((each) => each.quoteKey === key);
  const size = `a packet of ${String(inner.length)} bytes`;
  // The node may be told that its path is narrow between getting a packet and answering it.
  const limitBytes = limitAt(Math.max(frame.number, error?.frame.number ?? 0));
  if (inner.length > limitBytes) {
    // Errors may be rate-limited (RFC 4443 section 2.4 f): it is enough that the pod has been told about this path.
    const path = pathOf(inner);
    const told = errors.some((each) => each.isTooBig && each.path === path && each.mtuBytes < inner.length);
    if (error?.isTooBig === true || told) return undefined;
    return {
      requirement: 'mtu.packet-too-big-boundary',
      expected: [`${size} answered with Packet Too Big, because the tunnel takes ${String(limitBytes)}`],
      actual: error === undefined ? 'nothing' : error.name,
    };
  }
  if (error?.isTooBig === true) {
    return {
      requirement: 'mtu.packet-too-big-boundary',
      expected: [`${size} in a tunnel packet, because the tunnel takes ${String(limitBytes)}`],
      actual: `Packet Too Big with an MTU of ${String(error.mtuBytes)}`,
    };
  }
  return {
    requirement: 'encap.exactly-once',
    expected: [`exactly one tunnel packet for ${size} of a pod`],
    actual: error === undefined ? 'none' : `none; the pod got ${error.name}`,
  };
};

/** How many bytes the tunnel of a node takes when it handles the frame with this number. */
type TunnelMtus = (number: number, when?: 'told' | 'settled') => number;

/** How many bytes the tunnel of a node takes, by what the network has told it before a frame. */
const tunnelMtus = ({ labs, network, underlayMtuBytes, settledFrom }: Observed, side: Side): TunnelMtus => {
  const { profile } = labs[side];
  const told = [...network.fates].flatMap(([number, fate]) => {
    const isOwn = fate.kind === 'too-big' && fate.from === side;
    return isOwn ? [{ number, pathMtuBytes: fate.pathMtuBytes }] : [];
  });
  return (number, when = 'told') => {
    if (profile.switches.mtuMode === 'static') return profile.staticMtuBytes;
    const settled = settledFrom[side] ?? Infinity;
    const paths = told.filter((each) => each.number < number && (when === 'told' || number >= settled));
    const path = Math.min(underlayMtuBytes, ...paths.map(({ pathMtuBytes }) => pathMtuBytes));
    return Math.max(IPV6_MINIMUM_MTU, path - overheadBytes(profile));
  };
};

type NetworkFinding = Omit<RawFinding, 'side' | 'role'>;

/** Packets for the other node in frames to somebody else than their next hop. */
const misdirected = ({ labs, links, network }: Observed, side: Side): readonly NetworkFinding[] =>
  [...network.fates].flatMap(([number, fate]) => {
    const frame = links.frames[number - 1];
    if (fate.kind !== 'misdirected' || fate.from !== side || frame === undefined) return [];
    return [
      {
        requirement: 'encap.exactly-once',
        expected: [`the tunnel packet in a frame to ${fate.nextHopMac}, the IPv4 next hop`],
        actual: `in a frame to ${fate.mac}`,
        ...shownFrame(frame, labs[side].profile),
      },
    ];
  });

/** Packets that are too big for the path although the node has been told, and has had time to take it in. */
const unheeded = ({ labs, links, network, settledFrom }: Observed, side: Side): readonly NetworkFinding[] => {
  const settled = settledFrom[side] ?? Infinity;
  return [...network.fates].flatMap(([number, fate]) => {
    const frame = links.frames[number - 1];
    if (fate.kind !== 'too-big' || fate.from !== side || number < settled || frame === undefined) return [];
    const { pathMtuBytes, lengthBytes } = fate;
    const told = `after "fragmentation needed" has named this MTU`;
    return [
      {
        requirement: 'mtu.learn-from-icmpv4',
        expected: [`no tunnel packet longer than ${String(pathMtuBytes)} bytes with DF, ${told}`],
        actual: `one of ${String(lengthBytes)} bytes`,
        ...shownFrame(frame, labs[side].profile),
      },
    ];
  });
};

/** The frame as findings show it. */
export const shownFrame = (
  { number, side, port, bytes }: LinkFrame,
  profile: Profile,
): Pick<RawFinding, 'frameNumber' | 'frame'> => ({
  frameNumber: number,
  frame: `${side.toUpperCase()}-${port}: ${describe(bytes, 'ethernet', tunnelPortsOf(profile))}`,
});
