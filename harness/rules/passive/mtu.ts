/** The Don't Fragment flag by MTU mode, and the floor of Packet Too Big. */
import { readUint16, readUint32 } from '../../packet/bytes.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6, IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import { ICMPV6 } from '../../packet/icmpv6.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { Dissection } from '../dissection.ts';
import { isDutIpv6, isProfile } from '../facts.ts';
import { always, type PassiveRule } from '../rule.ts';
import { isLeftToCard, mayBeSegments } from '../unfinished.ts';

const flagsPlace = (packet: Dissection) => ({
  offset: packet.ipv4At + IPV4.FLAGS_FRAGMENT_OFFSET,
  lengthBytes: 1,
  field: 'ipv4.dontFragment',
});

export const mtuRules: readonly PassiveRule[] = [
  {
    // RFC 3056 section 4; a profile that asks for dynamic mode has chosen otherwise. Fragments: fragment.encap-train.
    requirement: 'mtu.6to4-df-clear',
    scope: 'header',
    appliesTo: (facts) => facts.switches.mtuMode === 'static' && isProfile(facts, '6to4'),
    judge(packet, _facts, report) {
      if (packet.isFragment) return false;
      if (packet.dontFragment) report('DF 0 in 6to4', 'DF 1', flagsPlace(packet));
      return true;
    },
  },
  {
    // RFC 4213 section 3.2.2. The path MTU is not known here: below 1300 bytes DF has to be clear, and a packet of up to 1280 bytes does not tell
    // whether it is. A larger one does: over such a path it would have been answered with Packet Too Big.
    requirement: 'mtu.dynamic-df-set',
    scope: 'inner',
    appliesTo: (facts) =>
      facts.switches.mtuMode === 'dynamic' && isProfile(facts, '6in4', '6to4', '6rd', '6rd-br', 'fou', 'gue'),
    judge(packet, facts, report) {
      const sizeBytes = IPV6.HEADER_LENGTH + packet.ipv6PayloadLength;
      if (packet.isFragment || sizeBytes <= IPV6_MINIMUM_MTU) return false;
      if (!packet.dontFragment) {
        // Each segment may be small enough.
        if (mayBeSegments(packet) && isLeftToCard(packet, facts, 'SEGMENTS')) return false;
        report(
          `DF 1 on an inner packet of ${sizeBytes} bytes, more than ${IPV6_MINIMUM_MTU}`,
          'DF 0',
          flagsPlace(packet),
        );
      }
      return true;
    },
  },
  {
    requirement: 'mtu.ptb-never-below-1280',
    scope: 'emitted',
    appliesTo: always,
    judge(packet, facts, report) {
      const { bytes, ipv6At } = packet;
      if (ipv6At < 0 || packet.nextHeader !== PROTOCOL.ICMPV6 || !packet.ipv6Complete) return false;
      const at = ipv6At + IPV6.HEADER_LENGTH;
      if (packet.ipv6PayloadLength < ICMPV6.HEADER_LENGTH) return false;
      if (readUint16(bytes, at) >>> 8 !== ICMPV6_TYPE.PACKET_TOO_BIG || !isDutIpv6(facts, bytes, ipv6At + IPV6.SOURCE))
        return false;
      const mtu = readUint32(bytes, at + ICMPV6.PARAMETER);
      if (mtu < IPV6_MINIMUM_MTU) {
        report(`a Packet Too Big with an MTU of at least ${IPV6_MINIMUM_MTU}`, `a Packet Too Big with MTU ${mtu}`, {
          offset: at + ICMPV6.PARAMETER,
          lengthBytes: 4,
          field: 'icmpv6.mtu',
        });
      }
      return true;
    },
  },
  {
    // RFC 4213 section 3.2.1. Fragments: fragment.encap-train.
    requirement: 'mtu.static-df-clear',
    scope: 'header',
    appliesTo: (facts) =>
      facts.switches.mtuMode === 'static' &&
      // That one must set it: mtu.br-anycast-df.
      facts.switches.brAddress === 'unicast' &&
      isProfile(facts, '6in4', '6to4', '6rd', '6rd-br', 'fou', 'gue'),
    judge(packet, _facts, report) {
      if (packet.isFragment) return false;
      if (packet.dontFragment) report('DF 0 with a static tunnel MTU', 'DF 1', flagsPlace(packet));
      return true;
    },
  },
];
