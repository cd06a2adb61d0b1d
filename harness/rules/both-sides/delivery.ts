/** Whether, how often, where and in which order packets come out; and what comes out behind them. */
import { equalRange, readUint32 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { isDutIpv6 } from '../facts.ts';
import type { Report } from '../finding.ts';
import { contentFingerprint } from '../fingerprint.ts';
import { always } from '../rule.ts';
import type { Pair, PairJudge, PairRule } from './pair.ts';
import { icmpv6TypeIn } from '../upper-layer.ts';

const MINIMUM_FRAME_BYTES = 60;
const FLOW_SLOTS = 1 << 12;
const SECOND_SEED = 0x165667b1;

const packetPlace = (pair: Pair) => ({ offset: pair.output.ipv6At, lengthBytes: IPV6.HEADER_LENGTH, field: 'ipv6' });

/** Bytes of the frame behind the packet that came out; what fills an Ethernet frame to its minimum does not count unless it repeats what went in. */
function carriedBytes(pair: Pair, inputTailAt: number): number {
  const { bytes, ipv6EndAt } = pair.output;
  const tailBytes = bytes.length - ipv6EndAt;
  if (tailBytes <= 0) return 0;
  // In a capture of unknown making the tail may also be a frame check sequence.
  if (pair.outputPort !== undefined && bytes.length > MINIMUM_FRAME_BYTES + pair.output.vlanTags * 4) return tailBytes;
  if (tailBytes > pair.surplusBytes + pair.paddingBytes) return 0;
  const isZero = bytes.subarray(ipv6EndAt).every((byte) => byte === 0);
  return !isZero && equalRange(bytes, ipv6EndAt, pair.input, inputTailAt, tailBytes) ? tailBytes : 0;
}

function reportCarried(pair: Pair, carried: number, what: string, report: Report): void {
  if (carried === 0) return;
  report(`a frame that ends with the inner packet, without the ${what}`, `${carried} more bytes behind it`, {
    offset: pair.output.ipv6EndAt,
    lengthBytes: carried,
    field: 'ethernet.payload',
  });
}

/** The last packet of each flow by the order in which it went in. Flows are told by addresses, label, protocol and ports. */
function order(): PairJudge {
  const firsts = new Int32Array(FLOW_SLOTS);
  const seconds = new Int32Array(FLOW_SLOTS);
  const last = new Float64Array(FLOW_SLOTS).fill(-1);
  return (pair, _facts, report) => {
    const { bytes, ipv6At, nextHeader } = pair.output;
    // Without directions, a capture merged from two interfaces orders its frames by two clocks.
    if (
      pair.shape !== 'forwarded' ||
      pair.isAmbiguous ||
      pair.outputPort === undefined ||
      nextHeader === PROTOCOL.FRAGMENT
    )
      return false;
    const lengthBytes = nextHeader === PROTOCOL.UDP || nextHeader === PROTOCOL.TCP ? 36 : 32;
    const key = (readUint32(bytes, ipv6At) & 0xfffff) ^ (nextHeader << 20);
    const first = contentFingerprint(bytes, ipv6At + IPV6.SOURCE, lengthBytes, key);
    const second = contentFingerprint(bytes, ipv6At + IPV6.SOURCE, lengthBytes, key ^ SECOND_SEED);
    const slot = first & (FLOW_SLOTS - 1);
    if (firsts[slot] !== first || seconds[slot] !== second) {
      firsts[slot] = first;
      seconds[slot] = second;
    } else if (pair.sequence < (last[slot] ?? -1)) {
      report(
        'the packets of a flow in the order in which they were sent',
        'a packet that was sent before one that already came out',
        packetPlace(pair),
      );
      return true;
    }
    last[slot] = pair.sequence;
    return true;
  };
}

export const deliveryRules: readonly PairRule[] = [
  {
    requirement: 'decap.basic',
    appliesTo: always,
    create: () => (pair, _facts, report) => {
      if (pair.encapsulating || pair.shape !== 'forwarded' || pair.outputPort === undefined) return false;
      if (pair.outputPort !== 'P')
        report('the inner packet on the pod port', `the inner packet on port ${pair.outputPort}`, packetPlace(pair));
      return true;
    },
  },
  {
    requirement: 'decap.inner-length',
    appliesTo: always,
    create: () => (pair, _facts, report) => {
      if (pair.encapsulating || pair.shape !== 'forwarded' || pair.surplusBytes === 0) return false;
      const before = pair.inputEnd - pair.inputAt;
      const after = pair.output.ipv6EndAt - pair.output.ipv6At;
      if (after !== before) {
        report(`an inner packet of ${before} bytes, by its own Payload Length`, `an inner packet of ${after} bytes`, {
          offset: pair.output.ipv6At + IPV6.PAYLOAD_LENGTH,
          lengthBytes: 2,
          field: 'ipv6.payloadLength',
        });
      } else reportCarried(pair, carriedBytes(pair, pair.inputEnd), 'surplus bytes of the outer packet', report);
      return true;
    },
  },
  {
    requirement: 'decap.link-padding',
    appliesTo: always,
    create: () => (pair, _facts, report) => {
      if (pair.encapsulating || pair.shape !== 'forwarded' || pair.paddingBytes === 0 || pair.surplusBytes > 0)
        return false;
      reportCarried(pair, carriedBytes(pair, pair.inputEnd), 'link-layer padding of the outer frame', report);
      return true;
    },
  },
  {
    requirement: 'encap.exactly-once',
    appliesTo: always,
    create: () => (pair, _facts, report) => {
      if (!pair.encapsulating || pair.outputPort === undefined) return false;
      if (pair.shape === 'duplicate')
        report('one tunnel packet for each inner packet', 'the same inner packet again', packetPlace(pair));
      else if (pair.shape === 'doubled')
        report('one tunnel header', 'an inner packet that is itself the inner packet in IPv6', packetPlace(pair));
      else if (pair.shape !== 'forwarded') return false;
      if (pair.outputPort === 'P')
        report('the tunnel packet on the underlay port', 'the tunnel packet on the pod port', packetPlace(pair));
      return true;
    },
  },
  { requirement: 'ipv6.flow-order', appliesTo: always, create: order },
  {
    // RFC 8200 section 4: only the Hop-by-Hop Options header is examined on the way.
    requirement: 'ipv6.transit-not-examined',
    appliesTo: (facts) => facts.dutIpv6.length > 0,
    create: () => (pair, facts, report) => {
      const { bytes, ipv6At, ipv6EndAt } = pair.output;
      const nextHeader = pair.input[pair.inputAt + IPV6.NEXT_HEADER];
      if (nextHeader === PROTOCOL.HOP_BY_HOP || nextHeader === PROTOCOL.FRAGMENT) return false;
      // RFC 2473 section 4.1.1: the entry of a tunnel with an outer IPv6 header looks for the encapsulation limit there.
      const mayHoldLimit = nextHeader === PROTOCOL.DESTINATION_OPTIONS && facts.switches.outerFamily === 'ipv6';
      if (mayHoldLimit) return false;
      // What every router forwards proves nothing.
      if (pair.shape === 'forwarded')
        return nextHeader !== PROTOCOL.UDP && nextHeader !== PROTOCOL.TCP && nextHeader !== PROTOCOL.ICMPV6;
      if (pair.shape !== 'answered' || !isDutIpv6(facts, bytes, ipv6At + IPV6.SOURCE)) return false;
      const isProblem = icmpv6TypeIn(bytes, ipv6At, ipv6EndAt) === ICMPV6_TYPE.PARAMETER_PROBLEM;
      if (isProblem)
        report('no examination of headers in transit', 'a Parameter Problem from a node on the way', packetPlace(pair));
      return isProblem;
    },
  },
];
