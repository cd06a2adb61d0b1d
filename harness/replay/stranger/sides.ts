import type { Ipv4Address } from '../../address/ipv4-address.ts';
import { ETHERNET } from '../../packet/ethernet.ts';
import { readIpv6Header } from '../../packet/ipv6.ts';
import { ReplayError } from '../replay-error.ts';
import type { Accusation } from './accusations.ts';
import { keyOf, type StrangerPacket } from './packets.ts';

/** Which packets were sent to the node in question, and which came out of it. */
export interface Sides {
  readonly node: Ipv4Address;
  /** In order. A `carried` one was not captured itself: it is the inner packet of one that the node sent into the tunnel. */
  readonly stimuli: readonly { readonly packet: StrangerPacket; readonly port: 'P' | 'U'; readonly carried: boolean }[];
  readonly outputs: readonly { readonly packet: StrangerPacket; readonly port: 'P' | 'U' }[];
}

/**
 * Tells the sides apart. The node is the sender of the tunnel packets in which a rule found something, unless `stimulus` says who sent
 * to it: a port, a MAC address or an IP address.
 *
 * @throws ReplayError when no packet shows it
 */
export const sidesOf = (
  packets: readonly StrangerPacket[],
  accusations: readonly Accusation[],
  stimulus: string | undefined,
): Sides => {
  const node = nodeOf(packets, accusations, stimulus);
  if (node === undefined)
    throw new ReplayError(
      stimulus === undefined
        ? 'Expected a tunnel packet that shows which node is meant, found none; say what was sent to it with --stimulus'
        : `--stimulus ${stimulus}: expected the sender of a packet in the capture, found none`,
    );
  const into = packets.filter(({ outer }) => outer?.destination.equals(node) === true);
  const out = packets.filter(({ outer }) => outer?.source.equals(node) === true);
  const native = packets.filter(({ outer }) => outer === undefined);
  const delivered = new Set(into.map(keyOf));
  const sent = native.filter((packet) => !delivered.has(keyOf(packet)));
  const sentKeys = new Set(sent.map(keyOf));
  const fromPods = [
    ...sent.map((packet) => ({ packet, port: 'P' as const, carried: false })),
    ...out
      .filter((packet) => !sentKeys.has(keyOf(packet)))
      .map((packet) => ({ packet, port: 'P' as const, carried: true })),
  ];
  const fromUnderlay = into.map((packet) => ({ packet, port: 'U' as const, carried: false }));
  const stimuli = [...(stimulus === 'U' ? [] : fromPods), ...(stimulus === 'P' ? [] : fromUnderlay)]
    .filter(({ packet, carried }) => carried || stimulus === undefined || isSentBy(packet, stimulus))
    .toSorted((a, b) => a.packet.number - b.packet.number);
  return {
    node,
    stimuli,
    outputs: [
      ...out.map((packet) => ({ packet, port: 'U' as const })),
      ...native.filter((packet) => delivered.has(keyOf(packet))).map((packet) => ({ packet, port: 'P' as const })),
    ],
  };
};

const nodeOf = (
  packets: readonly StrangerPacket[],
  accusations: readonly Accusation[],
  stimulus: string | undefined,
): Ipv4Address | undefined => {
  const tunnelled = packets.flatMap(({ outer, ...packet }) => (outer === undefined ? [] : [{ ...packet, outer }]));
  const ofKey = new Map(tunnelled.map((packet) => [keyOf(packet), packet.outer]));
  if (stimulus === 'U') return mostCommon(tunnelled.map(({ outer }) => outer.destination));
  if (stimulus === 'P') return mostCommon(tunnelled.map(({ outer }) => outer.source));
  if (stimulus !== undefined) {
    const theirs = packets.filter((packet) => isSentBy(packet, stimulus));
    return mostCommon(theirs.flatMap((packet) => packet.outer?.destination ?? ofKey.get(keyOf(packet))?.source ?? []));
  }
  const accused = new Set(accusations.map(({ frame }) => frame));
  const blamed = packets.filter(({ number }) => accused.has(number));
  // What came out of the node without a tunnel had come to it through one.
  const nodes = blamed.flatMap((packet) => packet.outer?.source ?? ofKey.get(keyOf(packet))?.destination ?? []);
  return mostCommon(nodes.length > 0 ? nodes : tunnelled.map(({ outer }) => outer.source));
};

const isSentBy = ({ frame, innerAt, outer, sourceMac }: StrangerPacket, who: string): boolean => {
  if (who === 'P' || who === 'U') return (who === 'U') === (outer !== undefined);
  if (who === sourceMac || outer?.source.toString() === who) return true;
  return readIpv6Header(frame, innerAt ?? ETHERNET.HEADER_LENGTH).source.toString() === who;
};

const mostCommon = (addresses: readonly Ipv4Address[]): Ipv4Address | undefined => {
  const counts = new Map<string, number>();
  for (const address of addresses) counts.set(address.toString(), (counts.get(address.toString()) ?? 0) + 1);
  return addresses.toSorted((a, b) => (counts.get(b.toString()) ?? 0) - (counts.get(a.toString()) ?? 0))[0];
};
