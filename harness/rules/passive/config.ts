import { readUint16, readUint8 } from '../../packet/bytes.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { NDP } from '../../packet/ndp.ts';
import type { Dissection } from '../dissection.ts';
import { isProfile } from '../facts.ts';
import type { PassiveRule } from '../rule.ts';
import { ownNdType } from './neighbour.ts';

/** Prefix Information option (RFC 4861 section 4.6.2): type 3, the prefix from byte 16 on. */
const PREFIX_INFORMATION = 3;
const PREFIX_AT = 16;

function announces6to4(packet: Dissection): boolean {
  let at = packet.ipv6At + IPV6.HEADER_LENGTH + NDP.ROUTER_ADVERTISEMENT_OPTIONS;
  while (at + 8 <= packet.ipv6EndAt) {
    const lengthBytes = readUint8(packet.bytes, at + 1) * 8;
    if (lengthBytes === 0) return false;
    if (readUint8(packet.bytes, at) === PREFIX_INFORMATION && readUint16(packet.bytes, at + PREFIX_AT) === 0x2002)
      return true;
    at += lengthBytes;
  }
  return false;
}

export const configRules: readonly PassiveRule[] = [
  {
    requirement: 'config.no-6to4-advertisement',
    scope: 'emitted',
    appliesTo: (facts) => isProfile(facts, '6to4'),
    judge(packet, _facts, report, { port }) {
      if (ownNdType(packet) !== ICMPV6_TYPE.ROUTER_ADVERTISEMENT) return false;
      const isInTunnel = packet.framing !== 'none';
      // On the pod port the node may advertise its pods' prefix.
      const isWrongPort = (port === 'U' || port === 'U2') && announces6to4(packet);
      if (isInTunnel || isWrongPort) {
        report(
          'no Router Advertisement towards the 6to4 domain',
          `a Router Advertisement ${isInTunnel ? 'in the tunnel' : `for 2002::/16 on port ${port ?? 'U'}`}`,
          {
            offset: packet.ipv6At + IPV6.HEADER_LENGTH,
            lengthBytes: 1,
            field: 'icmpv6.type',
          },
        );
      }
      return true;
    },
  },
];
