import { concat } from '../../packet/bytes.ts';
import { internetChecksum } from '../../packet/checksum.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { buildIpv4 } from '../ipv4/header.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea } from './fault.ts';

const quotingOuter: Change = inArea('icmpv6', (is) => ({
  quote: (node, offending, error) => {
    const quote = is.quote(node, offending, error);
    if (error.type !== ICMPV6_TYPE.PACKET_TOO_BIG) return quote;
    const fields = { source: node.config.tunnelAddress, destination: 0, protocol: PROTOCOL.IPV6, identification: 1 };
    return concat(buildIpv4({ ...fields, payload: quote })).subarray(0, 1232);
  },
}));

/** Faults in the layout of Packet Too Big. */
export const packetTooBigFaults: readonly Fault[] = [
  ...faultsOf('mtu.packet-too-big-format', {
    'ptb-quotes-outer': quotingOuter,
    'ptb-src-remote': inArea('icmpv6', (is) => ({
      source: (node, error, offending, arrival) =>
        error.type === ICMPV6_TYPE.PACKET_TOO_BIG
          ? offending.subarray(IPV6.DESTINATION, IPV6.DESTINATION + 16)
          : is.source(node, error, offending, arrival),
    })),
    'ptb-csum': inArea('icmpv6', (is) => ({
      checksum: (packet, error) =>
        error.type === ICMPV6_TYPE.PACKET_TOO_BIG
          ? internetChecksum(packet, IPV6.HEADER_LENGTH)
          : is.checksum(packet, error),
    })),
    'ptb-code1': inArea('icmpv6', (is) => ({
      code: (error) => (error.type === ICMPV6_TYPE.PACKET_TOO_BIG ? 1 : is.code(error)),
    })),
    'ptb-mtu16': inArea('icmpv6', (is) => ({
      parameterWord: (error) => {
        const word = is.parameterWord(error);
        return error.type === ICMPV6_TYPE.PACKET_TOO_BIG ? concat(word.subarray(2), word.subarray(0, 2)) : word;
      },
    })),
    'ptb-short-quote': inArea('icmpv6', (is) => ({
      quote: (node, offending, error) =>
        error.type === ICMPV6_TYPE.PACKET_TOO_BIG
          ? offending.subarray(0, IPV6.HEADER_LENGTH + 8)
          : is.quote(node, offending, error),
    })),
  }),
];
