import { bytesOf, frame, inUdp, ipv4, ipv6, N2, tunnelled, udp, udpChecksumOf } from '../handmade.ts';
import { type Example, FOU } from './example.ts';

const GUE = 'overlay,encap=gue:6080';

export const UDP_EXAMPLES: readonly Example[] = [
  ['a wrong UDP checksum', FOU, inUdp(), inUdp({}, { checksum: 0x1234 }), ['udp.checksum-generated']],
  [
    'no UDP checksum where it is on',
    `${FOU},udpChecksum=on`,
    inUdp({}, { checksum: udpChecksumOf(udp(ipv6()), '10.0.0.1', N2) }),
    inUdp(),
    ['udp.checksum-generated'],
  ],
  ['another UDP destination port', FOU, inUdp(), inUdp({}, { destinationPort: 50001 }), ['udp.fou-framing']],
  [
    'a GUE header',
    FOU,
    inUdp(),
    frame(ipv4(udp(bytesOf(0, 0x29, 0, 0, ipv6())), { protocol: 17 })),
    ['udp.fou-framing'],
  ],
  [
    'GUE protocol 4',
    GUE,
    frame(ipv4(udp(bytesOf(0, 0x29, 0, 0, ipv6()), { destinationPort: 6080 }), { protocol: 17 })),
    frame(ipv4(udp(bytesOf(0, 4, 0, 0, ipv6()), { destinationPort: 6080 }), { protocol: 17 })),
    ['udp.gue-variant-0'],
  ],
  ['protocol 41 without UDP', FOU, inUdp(), tunnelled(), ['udp.fou-framing']],
  ['UDP Length without its header', FOU, inUdp(), inUdp({}, { length: 52 }), ['udp.length-fields']],
  [
    'Total Length without the UDP header',
    FOU,
    inUdp(),
    inUdp({}, {}, { totalLength: 72 }),
    ['encap.total-length', 'udp.length-fields'],
  ],
  ['a source port below the dynamic ones', FOU, inUdp(), inUdp({}, { sourcePort: 40000 }), ['udp.source-port-range']],
];
