/** Which IPv4 addresses the encapsulator computes from the inner ones. */
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import type { Dissection } from '../dissection.ts';
import { isProfile, type Facts } from '../facts.ts';
import type { Report } from '../finding.ts';
import { isIpv4CompatibleAt, lowInt32At } from '../ipv6-blocks.ts';
import { always, type PassiveRule } from '../rule.ts';
import { ipv4Text, ipv6Text } from '../text.ts';

const outerDestinationPlace = (packet: Dissection) => ({
  offset: packet.ipv4At + IPV4.DESTINATION,
  lengthBytes: 4,
  field: 'ipv4.destination',
});

/** The last 32 bits of the inner destination were taken: charged to `trailing-bits-ignored` instead of the embedding. */
function usesLowBits(packet: Dissection): boolean {
  return packet.ipv4Destination === lowInt32At(packet.bytes, packet.ipv6At + IPV6.DESTINATION);
}

function judgeEmbedded(packet: Dissection, { embedded }: Facts, report: Report): boolean {
  const at = packet.ipv6At + IPV6.DESTINATION;
  if (embedded === undefined || !embedded.contains(packet.bytes, at)) return false;
  const expected = embedded.ipv4At(packet.bytes, at);
  if (packet.ipv4Destination !== expected && !usesLowBits(packet)) {
    report(
      `outer destination ${ipv4Text(expected)}, embedded in the inner destination ${ipv6Text(packet.bytes, at)}`,
      `outer destination ${ipv4Text(packet.ipv4Destination)}`,
      outerDestinationPlace(packet),
    );
  }
  return true;
}

export const addressRules: readonly PassiveRule[] = [
  {
    // RFC 5969 section 4; a 6to4 mapping inside UDP is the same arithmetic with 2002::/16.
    requirement: 'address.6rd-embedded-bits',
    scope: 'inner',
    appliesTo: (facts) => facts.embedded !== undefined && isProfile(facts, '6rd', '6rd-br', 'fou', 'gue'),
    judge: judgeEmbedded,
  },
  {
    // RFC 3056 section 2.
    requirement: 'address.6to4-embedded-bits',
    scope: 'inner',
    appliesTo: (facts) => facts.embedded !== undefined && isProfile(facts, '6to4', 'fou', 'gue'),
    judge: judgeEmbedded,
  },
  {
    requirement: 'address.no-ipv4-compatible-tunnelling',
    scope: 'inner',
    appliesTo: always,
    judge(packet, facts, report) {
      const at = packet.ipv6At + IPV6.DESTINATION;
      if (!isIpv4CompatibleAt(packet.bytes, at)) return true;
      const low = lowInt32At(packet.bytes, at);
      // A configured tunnel sends everything to its remote, also what happens to be named after it.
      if (packet.ipv4Destination !== low || low === facts.remote) return true;
      report(
        `no tunnel packet for the IPv4-compatible inner destination ${ipv6Text(packet.bytes, at)}`,
        `a tunnel packet to ${ipv4Text(low)}, the address in its last 32 bits`,
        outerDestinationPlace(packet),
      );
      return true;
    },
  },
  {
    // RFC 3056 section 3, RFC 5969 section 9: what is embedded in the node's own prefix is its outer source.
    requirement: 'address.own-embedded-is-outer-source',
    scope: 'inner',
    appliesTo: (facts) =>
      facts.embedded !== undefined &&
      facts.tunnelSource !== undefined &&
      isProfile(facts, '6to4', '6rd', '6rd-br', 'fou', 'gue'),
    judge(packet, { embedded, tunnelSource }, report) {
      const at = packet.ipv6At + IPV6.SOURCE;
      if (embedded === undefined || !embedded.contains(packet.bytes, at)) return false;
      const expected = embedded.ipv4At(packet.bytes, at);
      if (expected !== tunnelSource) return false;
      if (packet.ipv4Source !== expected) {
        report(
          `outer source ${ipv4Text(expected)}, embedded in the inner source ${ipv6Text(packet.bytes, at)}`,
          `outer source ${ipv4Text(packet.ipv4Source)}`,
          { offset: packet.ipv4At + IPV4.SOURCE, lengthBytes: 4, field: 'ipv4.source' },
        );
      }
      return true;
    },
  },
  {
    requirement: 'address.trailing-bits-ignored',
    scope: 'inner',
    appliesTo: (facts) => facts.embedded !== undefined && isProfile(facts, '6to4', '6rd', '6rd-br', 'fou', 'gue'),
    judge(packet, { embedded }, report) {
      const at = packet.ipv6At + IPV6.DESTINATION;
      if (embedded === undefined || !embedded.contains(packet.bytes, at)) return false;
      const expected = embedded.ipv4At(packet.bytes, at);
      if (packet.ipv4Destination !== expected && usesLowBits(packet)) {
        report(
          `outer destination ${ipv4Text(expected)}, whatever the interface identifier of ${ipv6Text(packet.bytes, at)}`,
          `outer destination ${ipv4Text(packet.ipv4Destination)}, the last 32 bits of the inner destination`,
          outerDestinationPlace(packet),
        );
      }
      return true;
    },
  },
];
