/** Packets whose bytes are written out by hand from the diagrams of the RFCs, beside the layers that must give them. */
import {
  ah,
  arp,
  ARP_OPERATION,
  destinationOptions,
  esp,
  ethernet,
  fragmentHeader,
  fromHex,
  gre,
  gue,
  hopByHopOptions,
  icmpv4EchoRequest,
  icmpv4Error,
  icmpv6EchoRequest,
  icmpv6Error,
  ipv4,
  ipv6,
  MacAddress,
  mtuOption,
  neighborAdvertisement,
  neighborSolicitation,
  payload,
  routerAdvertisement,
  routingHeader,
  sourceLinkLayerAddressOption,
  targetLinkLayerAddressOption,
  tcp,
  udp,
  vlan,
  type DecodeStart,
  type Layer,
  type LayerKind,
} from '../../../harness/packet/index.ts';

export interface KnownPacket {
  readonly title: string;
  readonly start: DecodeStart;
  readonly layers: readonly Layer[];
  readonly bytes: Uint8Array;
  readonly kinds: readonly LayerKind[];
}

const mac = MacAddress.parse('02:00:5e:00:00:01');
const link = { source: mac, destination: 'ff:ff:ff:ff:ff:ff' };
const ip4 = { source: '192.168.0.1', destination: '192.168.0.199' };
const ip6 = { source: '2001:db8::1', destination: '2001:db8::2' };

const ETHERNET = 'ffffffffffff 02005e000001';
const V6_ADDRESSES = '20010db8000000000000000000000001 20010db8000000000000000000000002';

export const KNOWN_PACKETS: readonly KnownPacket[] = [
  known(
    // RFC 826: hardware 1, protocol 0x0800, lengths 6 and 4, request; the target hardware address is unknown.
    'ARP request',
    'ethernet',
    [
      ethernet(link),
      arp({ senderHardwareAddress: mac, senderProtocolAddress: '10.0.0.1', targetProtocolAddress: '10.0.0.2' }),
    ],
    `${ETHERNET} 0806 0001 0800 06 04 0001 02005e000001 0a000001 000000000000 0a000002`,
    ['ethernet', 'arp'],
  ),
  known(
    // IEEE 802.1Q: priority 5, not drop eligible, VLAN 0x123.
    'ARP reply in a VLAN',
    'ethernet',
    [ethernet(link), vlan({ priority: 5, vlanIdentifier: 0x123 }), arp({ operation: ARP_OPERATION.REPLY })],
    `${ETHERNET} 8100 a123 0806 0001 0800 06 04 0002 ${'00'.repeat(20)}`,
    ['ethernet', 'vlan', 'arp'],
  ),
  known(
    // The widely printed example of a header checksum: 4500 0073 0000 4000 4011 .... c0a8 0001 c0a8 00c7 gives b861.
    "IPv4 header with Don't Fragment",
    'ipv4',
    [
      ipv4({ ...ip4, dontFragment: true, protocol: 17 }),
      udp({ sourcePort: 1, destinationPort: 2, checksum: 0 }),
      payload(new Uint8Array(87)),
    ],
    `4500 0073 0000 4000 40 11 b861 c0a80001 c0a800c7 0001 0002 005f 0000 ${'00'.repeat(87)}`,
    ['ipv4', 'udp', 'payload'],
  ),
  known(
    // RFC 2113: Router Alert, IHL 6. 4601+0020+4001+c0a8+0001+c0a8+00c7+9404 = 29c3e, folded 9c40.
    // ICMP: 0800+0001+0002 = 0803.
    'ICMPv4 echo request behind IPv4 options',
    'ipv4',
    [ipv4({ ...ip4, tos: 1, options: fromHex('94040000') }), icmpv4EchoRequest({ identifier: 1, sequence: 2 })],
    '4601 0020 0000 0000 40 01 63bf c0a80001 c0a800c7 94040000 0800 f7fc 0001 0002',
    ['ipv4', 'icmpv4'],
  ),
  known(
    // RFC 1191 section 4: type 3, code 4, the MTU in the last two bytes. 0304+0514+4500 = 4d18.
    // Outer header: 4500+001e+4001+c0a8+0001+c0a8+00c7 = 20737, folded 0739.
    'ICMPv4 fragmentation needed',
    'ipv4',
    [ipv4(ip4), icmpv4Error({ type: 3, code: 4, nextHopMtu: 1300, quoted: fromHex('4500') })],
    '4500 001e 0000 0000 40 01 f8c6 c0a80001 c0a800c7 0304 b2e7 0000 0514 4500',
    ['ipv4', 'icmpv4'],
  ),
  known(
    // Pseudo-header 2001+0db8+0001+2001+0db8+0002 + length 000a + next header 0011, then 1388+1770+000a+abcd:
    // 5b75+001b+d6cf = 1325f, folded 3260.
    'UDP over IPv6, with every field of the first word',
    'ipv6',
    [
      ipv6({ ...ip6, trafficClass: 0xab, flowLabel: 0xcdef1, hopLimit: 63 }),
      udp({ sourcePort: 5000, destinationPort: 6000 }),
      payload(fromHex('abcd')),
    ],
    `6abcdef1 000a 11 3f ${V6_ADDRESSES} 1388 1770 000a cd9f abcd`,
    ['ipv6', 'udp', 'payload'],
  ),
  known(
    // Pseudo-header as above, 5b75+000a+003a, then 8000+1234+0001+ff00: 1ecee, folded ecef.
    'ICMPv6 echo request',
    'ipv6',
    [ipv6(ip6), icmpv6EchoRequest({ identifier: 0x1234, sequence: 1, data: fromHex('ff00') })],
    `60000000 000a 3a 40 ${V6_ADDRESSES} 8000 1310 1234 0001 ff00`,
    ['ipv6', 'icmpv6'],
  ),
  known(
    // RFC 4443 section 3.2: 5b75 + 000a + 003a + 0200 + 0500 + 6000 = c2b9.
    'ICMPv6 Packet Too Big',
    'ipv6',
    [ipv6(ip6), icmpv6Error({ type: 2, parameter: 1280, quoted: fromHex('6000') })],
    `60000000 000a 3a 40 ${V6_ADDRESSES} 0200 3d46 00000500 6000`,
    ['ipv6', 'icmpv6'],
  ),
  known(
    // RFC 4861 sections 4.3 and 4.6.1; checksum set, so that only the layout counts.
    'Neighbor Solicitation',
    'ipv6',
    [
      ipv6({ ...ip6, hopLimit: 255 }),
      neighborSolicitation({ target: '2001:db8::2', options: [sourceLinkLayerAddressOption(mac)], checksum: 0x1234 }),
    ],
    `60000000 0020 3a ff ${V6_ADDRESSES} 8700 1234 00000000 20010db8000000000000000000000002 0101 02005e000001`,
    ['ipv6', 'icmpv6'],
  ),
  known(
    // RFC 4861 section 4.4: S and O set.
    'Neighbor Advertisement',
    'ipv6',
    [
      ipv6({ ...ip6, hopLimit: 255 }),
      neighborAdvertisement({
        target: '2001:db8::1',
        solicited: true,
        override: true,
        options: [targetLinkLayerAddressOption(mac)],
        checksum: 0,
      }),
    ],
    `60000000 0020 3a ff ${V6_ADDRESSES} 8800 0000 60000000 20010db8000000000000000000000001 0201 02005e000001`,
    ['ipv6', 'icmpv6'],
  ),
  known(
    // RFC 4861 sections 4.2 and 4.6.4: hop limit 64, O flag, lifetime 1800 s, MTU 1480.
    'Router Advertisement',
    'ipv6',
    [
      ipv6({ ...ip6, hopLimit: 255 }),
      routerAdvertisement({
        currentHopLimit: 64,
        other: true,
        routerLifetimeSeconds: 1800,
        reachableTimeMs: 1,
        retransTimerMs: 2,
        options: [mtuOption(1480)],
        checksum: 0,
      }),
    ],
    `60000000 0018 3a ff ${V6_ADDRESSES} 8600 0000 40 40 0708 00000001 00000002 0501 0000 000005c8`,
    ['ipv6', 'icmpv6'],
  ),
  known(
    // RFC 8200 section 4: Router Alert (RFC 2711) and PadN, PadN alone, routing type 0, an atomic fragment, no next header.
    'every IPv6 extension header',
    'ipv6',
    [
      ipv6(ip6),
      hopByHopOptions({ options: fromHex('05020000') }),
      destinationOptions(),
      routingHeader(),
      fragmentHeader({ identification: 0xdeadbeef }),
      ah({ spi: 1, sequence: 2 }),
    ],
    `60000000 0038 00 40 ${V6_ADDRESSES} 3c 00 05020000 0100 2b 00 0104 00000000 2c 00 00 00 00000000` +
      `33 00 0000 deadbeef 3b 04 0000 00000001 00000002 ${'00'.repeat(12)}`,
    ['ipv6', 'ipv6-hop-by-hop', 'ipv6-destination-options', 'ipv6-routing', 'ipv6-fragment', 'ah'],
  ),
  known(
    // RFC 4303 section 2.
    'ESP over IPv6',
    'ipv6',
    [ipv6(ip6), esp({ spi: 0x1001, sequence: 7 }), payload(fromHex('0102'))],
    `60000000 000a 32 40 ${V6_ADDRESSES} 00001001 00000007 0102`,
    ['ipv6', 'esp', 'payload'],
  ),
  known(
    // RFC 9293 section 3.1: SYN with a maximum segment size of 1220; checksum set.
    'TCP SYN with options',
    'ipv6',
    [
      ipv6(ip6),
      tcp({
        sourcePort: 80,
        destinationPort: 443,
        sequence: 1,
        window: 0x1000,
        options: fromHex('020404c4'),
        checksum: 0xbeef,
      }),
    ],
    `60000000 0018 06 40 ${V6_ADDRESSES} 0050 01bb 00000001 00000000 60 02 1000 beef 0000 020404c4`,
    ['ipv6', 'tcp'],
  ),
  known(
    // RFC 2784, RFC 2890: checksum, key and sequence, in this order. Checksums set, so that only the layout counts.
    'IPv6 in GRE in IPv4',
    'ipv4',
    [ipv4({ ...ip4, headerChecksum: 0 }), gre({ checksum: 0x1111, key: 5, sequence: 6 }), ipv6(ip6)],
    `4500 004c 0000 0000 40 2f 0000 c0a80001 c0a800c7 b000 86dd 1111 0000 00000005 00000006 60000000 0000 3b 40 ${V6_ADDRESSES}`,
    ['ipv4', 'gre', 'ipv6'],
  ),
  known(
    // RFC 4213 section 3.5: protocol 41. 4500+003c+4029+c0a8+0001+c0a8+00c7 = 2077d, folded 077f.
    'IPv6 in IPv4',
    'ipv4',
    [ipv4({ ...ip4, dontFragment: false }), ipv6(ip6)],
    `4500 003c 0000 0000 40 29 f880 c0a80001 c0a800c7 60000000 0000 3b 40 ${V6_ADDRESSES}`,
    ['ipv4', 'ipv6'],
  ),
  known(
    // GUE variant 0 without fields; the port is given to the decoder.
    'IPv6 in GUE in UDP',
    'ipv4',
    [ipv4({ ...ip4, headerChecksum: 0 }), udp({ sourcePort: 1, destinationPort: 6080, checksum: 0 }), gue(), ipv6(ip6)],
    `4500 0048 0000 0000 40 11 0000 c0a80001 c0a800c7 0001 17c0 0034 0000 00 29 0000 60000000 0000 3b 40 ${V6_ADDRESSES}`,
    ['ipv4', 'udp', 'gue', 'ipv6'],
  ),
  known(
    // FOU: the inner packet right behind UDP.
    'IPv6 in UDP',
    'ipv4',
    [ipv4({ ...ip4, headerChecksum: 0 }), udp({ sourcePort: 1, destinationPort: 3544, checksum: 0 }), ipv6(ip6)],
    `4500 0044 0000 0000 40 11 0000 c0a80001 c0a800c7 0001 0dd8 0030 0000 60000000 0000 3b 40 ${V6_ADDRESSES}`,
    ['ipv4', 'udp', 'ipv6'],
  ),
];

function known(
  title: string,
  start: DecodeStart,
  layers: readonly Layer[],
  hex: string,
  kinds: readonly LayerKind[],
): KnownPacket {
  return { title, start, layers, bytes: fromHex(hex), kinds };
}
