/** Nothing in the inner packet may change but the hop limit, and on the way out of the tunnel its ECN field. */
import { readUint8 } from '../../packet/bytes.ts';
import { IPV6, ipv6Ecn, ipv6FlowLabel, ipv6TrafficClass } from '../../packet/ipv6.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { isProfile, type Facts } from '../facts.ts';
import type { Report } from '../finding.ts';
import { always } from '../rule.ts';
import { hexText, ipv6Text } from '../text.ts';
import { isMarked } from './header-fields.ts';
import type { Pair, PairRule } from './pair.ts';
import { icmpv6TypeIn } from '../upper-layer.ts';

function fieldAt(offset: number): string {
  if (offset < IPV6.NEXT_HEADER) return 'ipv6.payloadLength';
  if (offset === IPV6.NEXT_HEADER) return 'ipv6.nextHeader';
  if (offset < IPV6.DESTINATION) return 'ipv6.source';
  return offset < IPV6.HEADER_LENGTH ? 'ipv6.destination' : 'ipv6.payload';
}

const inputNextHeader = ({ input, inputAt }: Pair): number => readUint8(input, inputAt + IPV6.NEXT_HEADER);

/** Options of a hop-by-hop header may be changed by a router that processes them (RFC 8200 section 4.2). */
const mayChange = (pair: Pair, facts: Facts): boolean =>
  facts.switches.hopByHop === 'process' && inputNextHeader(pair) === PROTOCOL.HOP_BY_HOP;

function reportDifference(pair: Pair, report: Report): void {
  if (pair.differenceAt === -1) return;
  const { output } = pair;
  const offset = output.ipv6At + pair.differenceAt;
  const before = readUint8(pair.input, pair.inputAt + pair.differenceAt);
  const after = readUint8(output.bytes, offset);
  report(
    'the inner packet byte for byte as it was sent, except the hop limit',
    `${pair.differentBytes} changed bytes, the first at inner offset ${pair.differenceAt}: ${hexText(before, 2)} became ${hexText(after, 2)}`,
    { offset, lengthBytes: 1, field: fieldAt(pair.differenceAt) },
  );
}

function reportTrafficClass(pair: Pair, mask: number, report: Report): void {
  const before = ipv6TrafficClass(pair.input, pair.inputAt) & mask;
  const after = ipv6TrafficClass(pair.output.bytes, pair.output.ipv6At) & mask;
  if (before === after) return;
  report(
    `inner Traffic Class ${hexText(before, 2)}, as it was sent${mask === 0xff ? '' : ' (ECN aside)'}`,
    `inner Traffic Class ${hexText(after, 2)}`,
    {
      offset: pair.output.ipv6At,
      lengthBytes: 2,
      field: 'ipv6.trafficClass',
    },
  );
}

const isMarkedInside = ({ input, inputAt, output }: Pair): boolean =>
  isMarked(ipv6Ecn(input, inputAt), ipv6Ecn(output.bytes, output.ipv6At));

/** Inner fragments and Packet Too Big messages are charged to the rows that name them. */
const isNamedElsewhere = (pair: Pair): boolean =>
  inputNextHeader(pair) === PROTOCOL.FRAGMENT || (!pair.encapsulating && isPacketTooBig(pair));

const isPacketTooBig = ({ input, inputAt, inputEnd }: Pair): boolean =>
  icmpv6TypeIn(input, inputAt, inputEnd) === ICMPV6_TYPE.PACKET_TOO_BIG;

/** A rewritten Payload Length in the place of surplus bytes is charged to decap.inner-length. */
const hidesSurplus = (pair: Pair): boolean => pair.surplusBytes > 0 && pair.differenceAt >= 4 && pair.differenceAt < 6;

const unchanged = (requirement: string, encapsulating: boolean): PairRule => ({
  requirement,
  appliesTo: always,
  create: () => (pair, facts, report) => {
    if (pair.shape !== 'forwarded' || pair.encapsulating !== encapsulating) return false;
    if (isNamedElsewhere(pair) || mayChange(pair, facts) || hidesSurplus(pair)) return false;
    reportDifference(pair, report);
    const isEcnKept = encapsulating && !(facts.mayHaveQueued && isMarkedInside(pair));
    reportTrafficClass(pair, isEcnKept ? 0xff : 0xfc, report);
    return true;
  },
});

export const innerUnchangedRules: readonly PairRule[] = [
  {
    requirement: 'decap.one-level-only',
    appliesTo: always,
    create: () => (pair, _facts, report) => {
      if (pair.encapsulating || (pair.shape !== 'stripped' && pair.shape !== 'forwarded')) return false;
      const nextHeader = inputNextHeader(pair);
      if (nextHeader !== PROTOCOL.IPV6 && nextHeader !== PROTOCOL.IPV4) return false;
      if (pair.shape === 'stripped') {
        report('the inner packet with the packet that it carries inside', 'only the packet that it carried', {
          offset: pair.output.ipv6At,
          lengthBytes: IPV6.HEADER_LENGTH,
          field: 'ipv6',
        });
      }
      return true;
    },
  },
  unchanged('decap.inner-unchanged', false),
  unchanged('encap.inner-unchanged', true),
  {
    requirement: 'fragment.inner-never-added',
    appliesTo: always,
    create: () => (pair, _facts, report) => {
      if (pair.shape !== 'forwarded' && pair.shape !== 'fragment-added') return false;
      if (pair.shape === 'fragment-added') {
        report('the inner packet without a Fragment header, as it was sent', 'an inner packet with a Fragment header', {
          offset: pair.output.ipv6At + IPV6.NEXT_HEADER,
          lengthBytes: 1,
          field: 'ipv6.nextHeader',
        });
      }
      return true;
    },
  },
  {
    requirement: 'fragment.inner-transit',
    appliesTo: always,
    create: () => (pair, _facts, report) => {
      if (inputNextHeader(pair) !== PROTOCOL.FRAGMENT) return false;
      if (pair.shape === 'reassembled') {
        report(
          'the inner fragment as it was sent',
          `a packet with next header ${pair.output.nextHeader} in its place`,
          {
            offset: pair.output.ipv6At + IPV6.NEXT_HEADER,
            lengthBytes: 1,
            field: 'ipv6.nextHeader',
          },
        );
        return true;
      }
      if (pair.shape !== 'forwarded') return false;
      reportDifference(pair, report);
      return true;
    },
  },
  {
    // RFC 6437 section 3 lets a forwarding node fill in a zero label.
    requirement: 'ipv6.flow-label-preserved',
    appliesTo: always,
    create: () => (pair, _facts, report) => {
      if (pair.shape !== 'forwarded') return false;
      const before = ipv6FlowLabel(pair.input, pair.inputAt);
      if (before === 0) return false;
      const after = ipv6FlowLabel(pair.output.bytes, pair.output.ipv6At);
      if (after !== before) {
        report(`flow label ${hexText(before, 5)}, as it was sent`, `flow label ${hexText(after, 5)}`, {
          offset: pair.output.ipv6At + 1,
          lengthBytes: 3,
          field: 'ipv6.flowLabel',
        });
      }
      return true;
    },
  },
  {
    requirement: 'kubernetes.no-nat',
    appliesTo: (facts) => isProfile(facts, '6rd', 'fou', 'gue'),
    create: () => (pair, _facts, report) => {
      if (pair.shape !== 'forwarded') return false;
      const { input, inputAt, output } = pair;
      for (const at of [IPV6.SOURCE, IPV6.DESTINATION]) {
        if (pair.differenceAt === -1 || pair.differenceAt >= at + 16) continue;
        const before = ipv6Text(input, inputAt + at);
        const after = ipv6Text(output.bytes, output.ipv6At + at);
        if (before !== after)
          report(`inner address ${before}, as it was sent`, `inner address ${after}`, {
            offset: output.ipv6At + at,
            lengthBytes: 16,
            field: fieldAt(at),
          });
      }
      return true;
    },
  },
  {
    requirement: 'mtu.inner-ptb-transparent',
    appliesTo: always,
    create: () => (pair, _facts, report) => {
      if (pair.encapsulating || pair.shape !== 'forwarded' || !isPacketTooBig(pair)) return false;
      reportDifference(pair, report);
      return true;
    },
  },
];
