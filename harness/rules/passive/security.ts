/** What an encapsulator must not send on behalf of its pods. */
import { equalRange } from '../../packet/bytes.ts';
import { ETHERNET, VLAN } from '../../packet/ethernet.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import type { Dissection } from '../dissection.ts';
import { isProfile, type Facts } from '../facts.ts';
import type { Report } from '../finding.ts';
import { isLinkLocalIpv4, isPrivateIpv4Number, unusableBlock } from '../ipv4-blocks.ts';
import {
  isIpv4CompatibleAt,
  isLinkLocalAt,
  isLowBlockAt,
  isMulticastAt,
  isSiteLocalAt,
  lowInt32At,
} from '../ipv6-blocks.ts';
import type { PassiveRule } from '../rule.ts';
import { ipv4Text, ipv6Text } from '../text.ts';
import { isNbmaExempt } from './neighbour.ts';

const BROADCAST_MAC = new Uint8Array(6).fill(0xff);
/** Only a frame whose packet stands right behind its Ethernet header is known to be addressed for that packet. */
const isBroadcastFrame = ({ bytes, networkAt, vlanTags }: Dissection): boolean =>
  networkAt === ETHERNET.HEADER_LENGTH + VLAN.HEADER_LENGTH * vlanTags && equalRange(bytes, 0, BROADCAST_MAC, 0, 6);

const embeds = (facts: Facts): boolean =>
  facts.embedded !== undefined && isProfile(facts, '6to4', '6rd', '6rd-br', 'fou', 'gue');

const destinationPlace = (packet: Dissection) => ({
  offset: packet.ipv4At + IPV4.DESTINATION,
  lengthBytes: 4,
  field: 'ipv4.destination',
});

function judgeInvalidInner(packet: Dissection, report: Report): boolean {
  const { bytes, ipv6At } = packet;
  const source = ipv6At + IPV6.SOURCE;
  const destination = ipv6At + IPV6.DESTINATION;
  // Multicast and link-local destinations are charged to neighbour.nbma-silent.
  if (isMulticastAt(bytes, destination) || isLinkLocalAt(bytes, destination) || isNbmaExempt(packet)) return false;
  // The node's own ::a.b.c.d as the source of an error it originates is a matter of the error's source.
  const ownCompatible = isIpv4CompatibleAt(bytes, source) && lowInt32At(bytes, source) === packet.ipv4Source;
  if (
    (isLowBlockAt(bytes, source) && !ownCompatible) ||
    isMulticastAt(bytes, source) ||
    isLinkLocalAt(bytes, source) ||
    isSiteLocalAt(bytes, source)
  ) {
    report(
      'no tunnel packet with an inner source that is no global or overlay unicast address',
      `inner source ${ipv6Text(bytes, source)}`,
      {
        offset: source,
        lengthBytes: 16,
        field: 'ipv6.source',
      },
    );
  }
  // Automatic tunnelling is charged to address.no-ipv4-compatible-tunnelling.
  const automatic = isIpv4CompatibleAt(bytes, destination) && lowInt32At(bytes, destination) === packet.ipv4Destination;
  if ((isLowBlockAt(bytes, destination) && !automatic) || isSiteLocalAt(bytes, destination)) {
    report(
      'no tunnel packet with an inner destination that is no global or overlay unicast address',
      `inner destination ${ipv6Text(bytes, destination)}`,
      { offset: destination, lengthBytes: 16, field: 'ipv6.destination' },
    );
  }
  return true;
}

export const securityRules: readonly PassiveRule[] = [
  {
    requirement: 'security.egress-source-pair',
    scope: 'inner',
    // A relay forwards what other nodes sent.
    appliesTo: (facts) => embeds(facts) && facts.switches.hairpin === 'deny',
    judge(packet, { embedded, tunnelSource }, report) {
      const at = packet.ipv6At + IPV6.SOURCE;
      if (embedded === undefined || !embedded.contains(packet.bytes, at)) return false;
      const node = embedded.ipv4At(packet.bytes, at);
      // With a known tunnel endpoint, a wrong outer source of the node's own pods is charged to encap.source-address.
      const own = tunnelSource ?? packet.ipv4Source;
      if (node !== own) {
        report(
          `an inner source that embeds ${ipv4Text(own)}, the outer source of the node`,
          `inner source ${ipv6Text(packet.bytes, at)}, which embeds ${ipv4Text(node)}, with outer source ${ipv4Text(packet.ipv4Source)}`,
          { offset: at, lengthBytes: 16, field: 'ipv6.source' },
        );
      }
      return true;
    },
  },
  {
    requirement: 'security.encap-embedded-non-global',
    scope: 'inner',
    appliesTo: (facts) => embeds(facts) && isProfile(facts, '6to4', '6rd', 'fou', 'gue'),
    judge(packet, { embedded, switches }, report) {
      const at = packet.ipv6At + IPV6.DESTINATION;
      if (embedded === undefined || !embedded.contains(packet.bytes, at)) return false;
      const node = embedded.ipv4At(packet.bytes, at);
      const isPrivate = switches.privateV4 === 'deny' && isPrivateIpv4Number(node);
      if (isPrivate || isLinkLocalIpv4(node) || unusableBlock(node) !== undefined) {
        const kind = isPrivate ? 'private' : 'special';
        report(
          'no tunnel packet for an inner destination that embeds a special IPv4 address',
          `inner destination ${ipv6Text(packet.bytes, at)}, which embeds the ${kind} address ${ipv4Text(node)}`,
          { offset: at, lengthBytes: 16, field: 'ipv6.destination' },
        );
      }
      return true;
    },
  },
  {
    requirement: 'security.encap-invalid-inner',
    scope: 'inner',
    appliesTo: embeds,
    judge: (packet, _facts, report) => judgeInvalidInner(packet, report),
  },
  {
    requirement: 'security.encap-own-broadcast',
    scope: 'header',
    appliesTo: embeds,
    judge(packet, { broadcasts }, report) {
      const destination = packet.ipv4Destination;
      if (broadcasts.includes(destination)) {
        report(
          'no tunnel packet to a directed broadcast address of an attached segment',
          `a tunnel packet to the broadcast address ${ipv4Text(destination)}`,
          destinationPlace(packet),
        );
      } else if (isBroadcastFrame(packet) && unusableBlock(destination) === undefined) {
        report(
          'a tunnel packet in a frame to the MAC address of its next hop',
          `a tunnel packet to ${ipv4Text(destination)} in a frame to ff:ff:ff:ff:ff:ff`,
          { offset: 0, lengthBytes: 6, field: 'ethernet.destination' },
        );
      }
      return true;
    },
  },
];
