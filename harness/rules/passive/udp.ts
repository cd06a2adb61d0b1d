/** The UDP header between outer and inner header, as Linux FOU sends it. */
import { readUint32, readUint8 } from '../../packet/bytes.ts';
import { GUE } from '../../packet/gue.ts';
import { foldSum, internetChecksum } from '../../packet/checksum.ts';
import { IPV4, ipv4PseudoHeaderSum } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { UDP, udpChecksum, udpDestinationPort, udpLength } from '../../packet/udp.ts';
import type { Dissection } from '../dissection.ts';
import { isProfile, type Facts } from '../facts.ts';
import type { Report } from '../finding.ts';
import type { PassiveRule } from '../rule.ts';
import { hexText } from '../text.ts';
import { addsUpOnceFinished, isLeftToCard, mayBeUnfinished } from '../unfinished.ts';
import { sourcePortRules } from './udp-source-port.ts';
import { isOverlayPacket, isUnmarkedTunnelPacket } from './unmarked.ts';

/** GUE variant 0 in front of IPv6: no options, no flags, protocol 41. */
const GUE_IPV6 = 0x00290000;

function judgeChecksum(packet: Dissection, facts: Facts, report: Report): boolean {
  const { bytes, udpAt, ipv4At } = packet;
  if (udpAt < 0 || packet.isFragment) return false;
  const length = udpLength(bytes, udpAt);
  // A wrong length makes any checksum wrong: udp.length-fields.
  if (length < UDP.HEADER_LENGTH || udpAt + length > bytes.length || udpAt + length !== packet.ipv4EndAt) return false;
  const checksum = udpChecksum(bytes, udpAt);
  const place = { offset: udpAt + UDP.CHECKSUM, lengthBytes: 2, field: 'udp.checksum' };
  if (checksum === 0) {
    if (facts.switches.udpChecksum === 'on')
      report('a UDP checksum (all ones where the sum is 0)', 'UDP checksum 0', place);
    return true;
  }
  const sum = ipv4PseudoHeaderSum(bytes, ipv4At, PROTOCOL.UDP, length);
  // What a sender leaves to its network card is the sum of the pseudo-header alone.
  if (checksum === foldSum(sum) && isLeftToCard(packet, facts, 'UDP_CHECKSUM')) return false;
  const isRight =
    internetChecksum(bytes, udpAt, udpAt + length, sum) === 0 ||
    (mayBeUnfinished(packet, facts) && addsUpOnceFinished(packet, udpAt, udpAt + length, sum));
  if (!isRight) {
    report(['UDP checksum 0', 'a correct UDP checksum'], `UDP checksum ${hexText(checksum, 4)}, which is wrong`, place);
  }
  return true;
}

function judgeFraming(packet: Dissection, facts: Facts, report: Report): boolean {
  const { bytes, udpAt, ipv4At } = packet;
  if (packet.framing === 'udp') {
    const at = udpAt + UDP.HEADER_LENGTH;
    if (packet.ipv6At >= 0 || at + IPV6.HEADER_LENGTH > bytes.length) return packet.ipv6At >= 0;
    const isGue = readUint32(bytes, at) === GUE_IPV6 && readUint8(bytes, at + 4) >>> 4 === 6;
    // Elsewhere the port may serve something else, such as Teredo.
    if (!isGue && !packet.fromDut) return false;
    report(
      'the inner IPv6 header directly behind the UDP header',
      isGue ? 'a GUE header there' : `byte ${hexText(readUint8(bytes, at), 2)} there`,
      {
        offset: at,
        lengthBytes: 1,
        field: 'ipv6.version',
      },
    );
    return true;
  }
  if (packet.isFragment) return false;
  if (udpAt >= 0 && isOverlayPacket(bytes, udpAt + UDP.HEADER_LENGTH, packet.ipv4EndAt, facts)) {
    report(`UDP destination port ${facts.tunnelPort}`, `UDP destination port ${udpDestinationPort(bytes, udpAt)}`, {
      offset: udpAt + UDP.DESTINATION_PORT,
      lengthBytes: 2,
      field: 'udp.destinationPort',
    });
    return true;
  }
  const isBare =
    packet.framing === 'protocol-41'
      ? packet.ipv6At >= 0 && isOverlayPacket(bytes, packet.ipv6At, packet.ipv4EndAt, facts)
      : isUnmarkedTunnelPacket(packet, facts);
  if (!isBare) return false;
  report(
    `UDP to port ${facts.tunnelPort} between the IPv4 and the IPv6 header`,
    `protocol ${packet.ipv4Protocol} without UDP`,
    {
      offset: ipv4At + IPV4.PROTOCOL,
      lengthBytes: 1,
      field: 'ipv4.protocol',
    },
  );
  return true;
}

/** What the DUT itself sends; others may have extensions that are theirs to agree on. */
function judgeGueHeader(packet: Dissection, _facts: Facts, report: Report): boolean {
  const { bytes, udpAt } = packet;
  const at = udpAt + UDP.HEADER_LENGTH;
  if (packet.framing !== 'udp' || udpAt < 0 || !packet.fromDut || at + GUE.MINIMUM_HEADER_LENGTH > bytes.length)
    return false;
  const header = readUint32(bytes, at);
  if (header !== GUE_IPV6) {
    report(`GUE header ${hexText(GUE_IPV6, 8)}`, `${hexText(header, 8)} behind the UDP header`, {
      offset: at,
      lengthBytes: GUE.MINIMUM_HEADER_LENGTH,
      field: 'gue.header',
    });
  }
  return true;
}

export const udpRules: readonly PassiveRule[] = [
  {
    // RFC 768.
    requirement: 'udp.checksum-generated',
    scope: 'inner',
    appliesTo: (facts) => isProfile(facts, 'fou', 'gue'),
    judge: judgeChecksum,
  },
  {
    requirement: 'udp.fou-framing',
    scope: 'emitted',
    appliesTo: (facts) => isProfile(facts, 'fou') && facts.tunnelPort !== 0,
    judge: (packet, facts, report) => packet.ipv4At >= 0 && judgeFraming(packet, facts, report),
  },
  {
    requirement: 'udp.gue-variant-0',
    scope: 'emitted',
    appliesTo: (facts) => isProfile(facts, 'gue') && facts.switches.gueVariant === '0',
    judge: judgeGueHeader,
  },
  {
    requirement: 'udp.length-fields',
    scope: 'inner',
    appliesTo: (facts) => isProfile(facts, 'fou', 'gue'),
    judge(packet, facts, report) {
      if (packet.udpAt < 0 || packet.isFragment || !packet.ipv6Complete) return false;
      if (packet.ipv4TotalLength === 0 && mayBeUnfinished(packet, facts)) return false;
      const length = udpLength(packet.bytes, packet.udpAt);
      const expected = packet.ipv6EndAt - packet.udpAt;
      if (length !== expected) {
        report(
          `UDP Length ${expected} for an inner Payload Length of ${packet.ipv6PayloadLength}`,
          `UDP Length ${length}`,
          {
            offset: packet.udpAt + UDP.LENGTH,
            lengthBytes: 2,
            field: 'udp.length',
          },
        );
      } else if (packet.ipv4TotalLength !== packet.ipv4HeaderLengthBytes + length) {
        report(
          `Total Length ${packet.ipv4HeaderLengthBytes + length} for UDP Length ${length}`,
          `Total Length ${packet.ipv4TotalLength}`,
          {
            offset: packet.ipv4At + IPV4.TOTAL_LENGTH,
            lengthBytes: 2,
            field: 'ipv4.totalLength',
          },
        );
      }
      return true;
    },
  },
  ...sourcePortRules,
];
