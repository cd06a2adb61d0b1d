/** The form of ICMPv6 errors that the DUT originates (RFC 4443 section 2.4 and 3). */
import { readUint16, readUint32, readUint8 } from '../../packet/bytes.ts';
import { internetChecksum } from '../../packet/checksum.ts';
import { ICMPV6 } from '../../packet/icmpv6.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6, IPV6_MINIMUM_MTU, ipv6PseudoHeaderSum } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { isDutIpv6 } from '../facts.ts';
import type { PassiveRule } from '../rule.ts';
import { hexText } from '../text.ts';

const LAST_ERROR_TYPE = 127;

export const icmp6Rules: readonly PassiveRule[] = [
  {
    requirement: 'icmp6.error-format',
    scope: 'emitted',
    // Only the source tells an error of the node from one of a pod, which is payload.
    appliesTo: (facts) => facts.dutIpv6.length > 0,
    judge(packet, facts, report) {
      const { bytes, ipv6At } = packet;
      if (ipv6At < 0 || packet.nextHeader !== PROTOCOL.ICMPV6 || !packet.ipv6Complete) return false;
      const at = ipv6At + IPV6.HEADER_LENGTH;
      const type = readUint8(bytes, at);
      if (type > LAST_ERROR_TYPE || packet.ipv6PayloadLength < ICMPV6.HEADER_LENGTH) return false;
      if (!isDutIpv6(facts, bytes, ipv6At + IPV6.SOURCE)) return false;

      const sizeBytes = IPV6.HEADER_LENGTH + packet.ipv6PayloadLength;
      if (sizeBytes > IPV6_MINIMUM_MTU) {
        report(`an ICMPv6 error of at most ${IPV6_MINIMUM_MTU} bytes`, `an ICMPv6 error of ${sizeBytes} bytes`, {
          offset: ipv6At + IPV6.PAYLOAD_LENGTH,
          lengthBytes: 2,
          field: 'ipv6.payloadLength',
        });
      }
      const length = packet.ipv6PayloadLength;
      const sum = ipv6PseudoHeaderSum(bytes, ipv6At, PROTOCOL.ICMPV6, length);
      if (internetChecksum(bytes, at, at + length, sum) !== 0) {
        report(
          'a correct ICMPv6 checksum over the pseudo-header',
          `checksum ${hexText(readUint16(bytes, at + ICMPV6.CHECKSUM), 4)}`,
          {
            offset: at + ICMPV6.CHECKSUM,
            lengthBytes: 2,
            field: 'icmpv6.checksum',
          },
        );
      }
      // The first byte of the word may be the length of RFC 4884.
      const hasUnused = type === ICMPV6_TYPE.DESTINATION_UNREACHABLE || type === ICMPV6_TYPE.TIME_EXCEEDED;
      const unused = readUint32(bytes, at + ICMPV6.PARAMETER) & 0x00ffffff;
      if (hasUnused && unused !== 0) {
        report('an unused word of zero', `unused bytes ${hexText(unused, 6)}`, {
          offset: at + ICMPV6.PARAMETER,
          lengthBytes: 4,
          field: 'icmpv6.unused',
        });
      }
      return true;
    },
  },
];
