/** The headers of GRE and of IPv6 in IPv6, and DF of an anycast border relay. */
import { readUint32 } from '../../packet/bytes.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6, ipv6HopLimit } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { isBorderRelay } from '../../profile/index.ts';
import { isDutIpv6, isProfile } from '../facts.ts';
import type { PassiveRule } from '../rule.ts';
import { hexText } from '../text.ts';
import { isOverlayPacket } from './unmarked.ts';

/** No flag, version 0, protocol type 0x86DD. */
const PLAIN_GRE_IPV6 = 0x0000_86dd;
const GRE_BYTES = 4;
const PROTOCOL_OF = { 'protocol-41': PROTOCOL.IPV6, udp: PROTOCOL.UDP, gre: PROTOCOL.GRE } as const;

export const otherEncapsulationRules: readonly PassiveRule[] = [
  {
    // RFC 7676 section 2.1, RFC 2784 section 2. What carries something else than an overlay packet may be of another tunnel.
    requirement: 'gre.header',
    scope: 'emitted',
    appliesTo: (facts) => isProfile(facts, 'gre'),
    judge(packet, facts, report) {
      if (packet.framing !== 'gre' || packet.fragmentOffset !== 0) return false;
      const at = packet.ipv4At + packet.ipv4HeaderLengthBytes;
      const isOurs = packet.ipv6At >= 0 || isOverlayPacket(packet.bytes, at + GRE_BYTES, packet.ipv4EndAt, facts);
      if (!isOurs) return false;
      const header = readUint32(packet.bytes, at) >>> 0;
      if (header !== PLAIN_GRE_IPV6) {
        report('GRE header 0x000086dd', `GRE header ${hexText(header, 8)}`, {
          offset: at,
          lengthBytes: GRE_BYTES,
          field: 'gre',
        });
      }
      return true;
    },
  },
  {
    // RFC 2473 sections 3.1 and 6.3: the hop limit is configured, not taken from what is carried.
    requirement: 'ip6ip6.header',
    scope: 'header',
    knowsOuterIpv6: true,
    appliesTo: (facts) => facts.switches.outerFamily === 'ipv6',
    judge(packet, facts, report) {
      // A router forwards what others have encapsulated.
      if (packet.outerIpv6At < 0 || !isDutIpv6(facts, packet.bytes, packet.outerIpv6At + IPV6.SOURCE)) return false;
      const protocol = PROTOCOL_OF[facts.framing];
      if (packet.outerProtocol !== protocol) {
        report(`protocol ${protocol} behind the outer headers`, `protocol ${packet.outerProtocol}`, {
          offset: packet.outerIpv6At + IPV6.NEXT_HEADER,
          lengthBytes: 1,
          field: 'ipv6.nextHeader',
        });
      }
      if (!packet.fromDut || facts.outerTtl === undefined || facts.switches.ttl === 'inherit') return true;
      const hopLimit = ipv6HopLimit(packet.bytes, packet.outerIpv6At);
      if (hopLimit !== facts.outerTtl) {
        report(`outer hop limit ${facts.outerTtl}, as configured`, `outer hop limit ${hopLimit}`, {
          offset: packet.outerIpv6At + IPV6.HOP_LIMIT,
          lengthBytes: 1,
          field: 'ipv6.hopLimit',
        });
      }
      return true;
    },
  },
  {
    // RFC 5969 section 9.1.
    requirement: 'mtu.br-anycast-df',
    scope: 'header',
    appliesTo: (facts) => isBorderRelay(facts.profile) && facts.switches.brAddress === 'anycast',
    judge(packet, _facts, report) {
      if (!packet.dontFragment) {
        report('DF 1 from an anycast address', 'DF 0', {
          offset: packet.ipv4At + IPV4.FLAGS_FRAGMENT_OFFSET,
          lengthBytes: 1,
          field: 'ipv4.dontFragment',
        });
      }
      return true;
    },
  },
];
