/** Guesses the choices that the standards leave, from what most packets show. */
import type { TunnelPacket } from './sample.ts';

export interface OptionGuess {
  /** As in a profile text, e.g. `mtu=static:1280`. */
  readonly option: string;
  /** Why, in words that stand alone. */
  readonly evidence: string;
}

const MOST = 0.9;
const MINIMUM_MTU = 1280;
/** So many changes of TTL and hop limit by the same amount are no accident. */
const LEAST_CHANGES = 3;

const share = (part: number, whole: number): string =>
  `${part} of ${whole} packets (${Math.floor((part / whole) * 100)} %)`;

/** What differs from the defaults of every mapping is what is worth saying, so all of them are said. */
export function guessOptions(packets: readonly TunnelPacket[]): readonly OptionGuess[] {
  return [mtuMode(packets), tos(packets), ecn(packets), ttl(packets)].filter((guess) => guess !== undefined);
}

/**
 * The mode under which fewer packets are wrong (RFC 4213 section 3.2): the static one never sets DF, the dynamic one sets it where the
 * inner packet is larger than 1280 bytes.
 */
function mtuMode(packets: readonly TunnelPacket[]): OptionGuess | undefined {
  const whole = packets.filter(({ isFragment }) => !isFragment);
  if (whole.length === 0) return undefined;
  const set = whole.filter(({ dontFragment }) => dontFragment).length;
  const largeAndClear = whole.filter(
    ({ dontFragment, innerSizeBytes, mayBeSegments }) =>
      !dontFragment && innerSizeBytes > MINIMUM_MTU && !mayBeSegments,
  ).length;
  const isStatic = set === 0 || set < largeAndClear;
  const evidence = isStatic
    ? `DF is 0 in ${share(whole.length - set, whole.length)}`
    : `DF is 1 in ${share(set, whole.length)}, and 0 in ${largeAndClear} with more than ${MINIMUM_MTU} inner bytes`;
  return { option: isStatic ? 'mtu=static:1280' : 'mtu=dynamic', evidence };
}

/** Only an inner DSCP that is not 0 tells copying from a fixed value. */
function tos(packets: readonly TunnelPacket[]): OptionGuess | undefined {
  const telling = packets.filter(({ trafficClass }) => trafficClass >>> 2 !== 0);
  if (telling.length === 0) {
    const [first] = packets;
    const octet = first === undefined ? 0 : first.tos & 0xfc;
    const same = packets.filter((packet) => (packet.tos & 0xfc) === octet).length;
    if (octet === 0 || same < packets.length * MOST) return undefined;
    return {
      option: `tos=fixed:${octet}`,
      evidence: `the outer DSCP is ${octet >>> 2} in ${share(same, packets.length)}`,
    };
  }
  const copied = telling.filter((packet) => packet.tos >>> 2 === packet.trafficClass >>> 2).length;
  if (copied >= telling.length * MOST)
    return {
      option: 'tos=copy',
      evidence: `the outer DSCP is the inner one in ${share(copied, telling.length)} with an inner DSCP`,
    };
  const zero = telling.filter((packet) => packet.tos >>> 2 === 0).length;
  if (zero >= telling.length * MOST)
    return { option: 'tos=zero', evidence: `the outer DSCP is 0 in ${share(zero, telling.length)} with an inner DSCP` };
  return undefined;
}

function ecn(packets: readonly TunnelPacket[]): OptionGuess | undefined {
  const telling = packets.filter(({ trafficClass }) => (trafficClass & 3) !== 0);
  if (telling.length === 0) return undefined;
  const zero = telling.filter((packet) => (packet.tos & 3) === 0).length;
  if (zero >= telling.length * MOST)
    return {
      option: 'ecnEncap=compat',
      evidence: `the outer ECN field is 0 in ${share(zero, telling.length)} with an inner one`,
    };
  const marked = telling.filter(({ trafficClass }) => (trafficClass & 3) === 3);
  const cleared = marked.filter((packet) => (packet.tos & 3) === 2).length;
  if (marked.length > 0 && cleared >= marked.length * MOST)
    return {
      option: 'ecnEncap=3168',
      evidence: `the outer ECN field is ECT(0) in ${share(cleared, marked.length)} with an inner CE`,
    };
  return undefined;
}

/** On the way routers take the same part of every TTL between two nodes, so its changes are those that the node made. */
function ttl(packets: readonly TunnelPacket[]): OptionGuess | undefined {
  const last = new Map<string, TunnelPacket>();
  let changes = 0;
  let inStep = 0;
  for (const packet of packets) {
    const pair = `${packet.source} ${packet.destination}`;
    const before = last.get(pair);
    last.set(pair, packet);
    if (before === undefined || before.hopLimit === packet.hopLimit) continue;
    changes++;
    if (packet.ttl - before.ttl === packet.hopLimit - before.hopLimit) inStep++;
  }
  if (inStep < LEAST_CHANGES || inStep < changes * MOST) return undefined;
  return {
    option: 'ttl=inherit',
    evidence: `the outer TTL changed with the inner hop limit ${inStep} of ${changes} times`,
  };
}
