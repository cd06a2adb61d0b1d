import { frame, icmpv6, ipv4, ipv6, tunnelled } from '../handmade.ts';
import { type Example, OVERLAY, PUBLIC, SIX_IN_FOUR, SIX_TO_FOUR, SIX_TO_FOUR_OUTER } from './example.ts';

export const ADDRESS_EXAMPLES: readonly Example[] = [
  [
    'another outer destination',
    OVERLAY,
    tunnelled(),
    tunnelled({}, { destination: '10.0.0.3' }),
    ['address.6rd-embedded-bits'],
  ],
  [
    'another 6to4 outer destination',
    '6to4',
    tunnelled(SIX_TO_FOUR, SIX_TO_FOUR_OUTER),
    tunnelled(SIX_TO_FOUR, { ...SIX_TO_FOUR_OUTER, destination: '198.51.100.30' }),
    ['address.6to4-embedded-bits'],
  ],
  [
    'an IPv4-compatible destination',
    OVERLAY,
    tunnelled({ destination: '2001:db8::192.0.2.20' }, { destination: '192.0.2.20' }),
    tunnelled({ destination: '::192.0.2.20' }, { destination: '192.0.2.20' }),
    ['address.no-ipv4-compatible-tunnelling'],
  ],
  [
    'a secondary address as outer source',
    OVERLAY,
    tunnelled(),
    tunnelled({}, { source: '10.0.0.4' }),
    ['address.own-embedded-is-outer-source', 'encap.source-address', 'stateless.one-source-per-node'],
  ],
  [
    'the last 32 bits as outer destination',
    OVERLAY,
    tunnelled({ destination: 'fd5a:1234:5600:2:0:5efe:a00:9' }),
    tunnelled({ destination: 'fd5a:1234:5600:2:0:5efe:a00:9' }, { destination: '10.0.0.9' }),
    ['address.trailing-bits-ignored'],
  ],
  [
    'a tunnel packet to itself',
    OVERLAY,
    tunnelled(),
    tunnelled({ destination: 'fd5a:1234:5600:1::20' }, { destination: '10.0.0.1' }),
    ['loop.own-ipv4-destination'],
  ],
  [
    'a multicast outer destination',
    '6to4',
    tunnelled(SIX_TO_FOUR, SIX_TO_FOUR_OUTER),
    tunnelled({ ...SIX_TO_FOUR, destination: '2002:e000:5::1' }, { ...SIX_TO_FOUR_OUTER, destination: '224.0.0.5' }),
    ['loop.unusable-outer-destination', 'security.encap-embedded-non-global'],
  ],
  [
    'a private outer destination in 6to4',
    '6to4',
    tunnelled(SIX_TO_FOUR, SIX_TO_FOUR_OUTER),
    tunnelled({ ...SIX_TO_FOUR, destination: '2002:a00:1::1' }, { ...SIX_TO_FOUR_OUTER, destination: '10.0.0.1' }),
    ['security.encap-embedded-non-global'],
  ],
  [
    'a Router Solicitation in a multipoint tunnel',
    OVERLAY,
    tunnelled(),
    frame(ipv4(icmpv6([133, 0, 0, 0, 0, 0, 0, 0], { source: 'fe80::1', destination: 'ff02::2', hopLimit: 255 }))),
    ['neighbour.nbma-silent'],
  ],
  [
    'a Neighbor Solicitation of the node itself',
    OVERLAY,
    frame(ipv4(icmpv6([135, 0, 0, 0, 0, 0, 0, 0, ...new Uint8Array(16)], { hopLimit: 254 }))),
    frame(ipv4(icmpv6([135, 0, 0, 0, 0, 0, 0, 0, ...new Uint8Array(16)], { hopLimit: 255 }))),
    ['neighbour.nbma-silent'],
  ],
  [
    'a link-layer address option',
    '6in4',
    frame(
      ipv4(icmpv6([136, 0, 0, 0, 0x60, 0, 0, 0, ...new Uint8Array(16)], { hopLimit: 255, ...SIX_IN_FOUR }), PUBLIC),
    ),
    frame(
      ipv4(
        icmpv6([136, 0, 0, 0, 0x60, 0, 0, 0, ...new Uint8Array(16), 2, 1, 0, 0, 0, 0, 0, 0], {
          hopLimit: 255,
          ...SIX_IN_FOUR,
        }),
        PUBLIC,
      ),
    ),
    ['neighbour.no-lla-option'],
  ],
  [
    "another node's inner source",
    OVERLAY,
    tunnelled(),
    tunnelled({ source: 'fd5a:1234:5600:3::10' }),
    ['security.egress-source-pair'],
  ],
  [
    "another node's inner and outer source",
    OVERLAY,
    tunnelled(),
    tunnelled({ source: 'fd5a:1234:5600:3::10' }, { source: '10.0.0.3' }),
    ['encap.source-address', 'security.egress-source-pair'],
  ],
  [
    'an IPv4-mapped inner source',
    OVERLAY,
    tunnelled(),
    tunnelled({ source: '::ffff:1.2.3.4' }),
    ['security.encap-invalid-inner'],
  ],
  [
    'a site-local inner destination',
    OVERLAY,
    tunnelled(),
    tunnelled({ destination: 'fec0::1' }),
    ['security.encap-invalid-inner'],
  ],
  [
    'the broadcast address of the segment',
    OVERLAY,
    tunnelled({ destination: 'fd5a:1234:5600:1ff::1' }, { destination: '10.0.1.255' }),
    tunnelled({ destination: 'fd5a:1234:5600:ff::1' }, { destination: '10.0.0.255' }),
    ['security.encap-own-broadcast'],
  ],
  [
    'a broadcast frame',
    OVERLAY,
    tunnelled(),
    frame(ipv4(ipv6()), { destination: [255, 255, 255, 255, 255, 255] }),
    ['security.encap-own-broadcast'],
  ],
  [
    'a Router Advertisement in 6to4',
    '6to4',
    tunnelled(SIX_TO_FOUR, SIX_TO_FOUR_OUTER),
    frame(
      ipv4(icmpv6([134, 0, 0, 0, 64, 0, 0, 30, ...new Uint8Array(8)], { ...SIX_TO_FOUR, hopLimit: 255 }), {
        ...SIX_TO_FOUR_OUTER,
        identification: 8,
      }),
    ),
    ['config.no-6to4-advertisement', 'neighbour.nbma-silent'],
  ],
];
