import { assert, suite } from '../support/suite.ts';
import { bytesOf, frame, icmpv6, ipv4, ipv6, udp, udpChecksumOf, word, N1, N2 } from './handmade.ts';
import { contextOf, Feed, strangersContext } from './support.ts';

const test = suite('rules/ordinary frames');
const PROFILES = [
  'overlay',
  '6rd:2001:db8::/32+0.0.0.0/0',
  '6to4',
  '6in4',
  'overlay,encap=fou:3544',
  '6to4,mtu=dynamic',
  'overlay,mtu=static:1280,hopByHop=process',
];

const withChecksum = (datagram: Uint8Array): Uint8Array => {
  datagram.set(word(udpChecksumOf(datagram, N1, N2)), 6);
  return datagram;
};

/** What is on a link beside the tunnel. */
const ORDINARY: readonly (readonly [string, Uint8Array])[] = [
  ['an empty frame', new Uint8Array(0)],
  ['half an Ethernet header', new Uint8Array(9)],
  ['ARP', frame(bytesOf(0, 1, 8, 0, 6, 4, 0, 1, new Uint8Array(20)), { etherType: 0x0806 })],
  ['LLDP', frame(new Uint8Array(46), { etherType: 0x88cc })],
  [
    'Neighbor Solicitation',
    frame(
      icmpv6([135, 0, 0, 0, 0, 0, 0, 0, ...new Uint8Array(16), 1, 1, 2, 0, 0, 0, 0, 1], {
        source: 'fe80::1',
        destination: 'ff02::1:ff00:10',
        hopLimit: 255,
      }),
    ),
  ],
  [
    'Router Advertisement on the pod link',
    frame(
      icmpv6([134, 0, 0, 0, 64, 0, 0, 30, ...new Uint8Array(8)], {
        source: 'fe80::1',
        destination: 'ff02::1',
        hopLimit: 255,
      }),
    ),
  ],
  [
    'multicast listener report',
    frame(icmpv6([143, 0, 0, 0, 0, 0, 0, 0], { source: '::', destination: 'ff02::16', hopLimit: 1 })),
  ],
  [
    'DNS over IPv4',
    frame(
      ipv4(withChecksum(udp(bytesOf(new Uint8Array(30).fill(0x61)), { sourcePort: 40000, destinationPort: 53 })), {
        protocol: 17,
        flags: 0,
      }),
    ),
  ],
  [
    'the same Identification again',
    frame(
      ipv4(withChecksum(udp(bytesOf(new Uint8Array(31).fill(0x62)), { sourcePort: 40000, destinationPort: 53 })), {
        protocol: 17,
        flags: 0,
      }),
    ),
  ],
  ['VXLAN', frame(ipv4(udp(new Uint8Array(60), { destinationPort: 4789 }), { protocol: 17, ttl: 1, tos: 3 }))],
  [
    'UDP whose data begin like IPv6',
    frame(
      ipv4(udp(bytesOf(0x60, new Uint8Array(59))), { protocol: 17, flags: 0x8000 }).map((byte, at) =>
        at === 23 ? 1 : byte,
      ),
    ),
  ],
  [
    'TCP over IPv4 with options',
    frame(
      ipv4(bytesOf(word(443), word(40000), new Uint8Array(16)), { protocol: 6, options: new Uint8Array(4), tos: 2 }),
    ),
  ],
  [
    'ICMPv4 fragmentation needed',
    frame(ipv4(bytesOf(3, 4, 0, 0, 0, 0, 5, 0x14, ipv4(ipv6())), { protocol: 1, tos: 0xc0, ttl: 255 })),
  ],
  ['ICMPv4 echo in a VLAN', frame(ipv4(bytesOf(8, 0, new Uint8Array(40)), { protocol: 1 }), { vlan: 7 })],
  ['IPv4 in IPv4', frame(ipv4(ipv4(new Uint8Array(20), { protocol: 17 }), { protocol: 4 }))],
  ['GRE', frame(ipv4(bytesOf(0, 0, 0x86, 0xdd, ipv6()), { protocol: 47 }))],
  [
    'an IPv4 broadcast',
    frame(
      ipv4(udp(new Uint8Array(300), { sourcePort: 68, destinationPort: 67 }), {
        protocol: 17,
        source: '0.0.0.0',
        destination: '255.255.255.255',
      }),
      { destination: Array.from({ length: 6 }, () => 255) },
    ),
  ],
  [
    'IGMP',
    frame(ipv4(new Uint8Array(8), { protocol: 2, destination: '224.0.0.22', ttl: 1, options: bytesOf(0x94, 4, 0, 0) })),
  ],
  ['UDP over native IPv6', frame(ipv6({ source: 'fd00:98::5', destination: 'fd00:99::1' }))],
  [
    'an echo reply of the node',
    frame(icmpv6([129, 0, 0, 0, 0, 1, 0, 1, 9, 9], { source: 'fd00:98::1', destination: 'fd00:98::5', hopLimit: 64 })),
  ],
  [
    'a Destination Unreachable of the node',
    frame(
      icmpv6(bytesOf(1, 3, 0, 0, 0, 0, 0, 0, ipv6()), {
        source: 'fd00:98::1',
        destination: 'fd00:98::5',
        hopLimit: 64,
      }),
    ),
  ],
  [
    'a Packet Too Big of the node',
    frame(
      icmpv6(bytesOf(2, 0, 0, 0, 0, 0, 5, 0xc8, new Uint8Array(1232)), {
        source: 'fd00:98::1',
        destination: 'fd00:98::5',
        hopLimit: 64,
      }),
    ),
  ],
  [
    'an error of a pod with a wrong checksum',
    frame(icmpv6(bytesOf(1, 0, 0, 0, 1, 2, 3, 4, new Uint8Array(1300)), { checksum: 1 })),
  ],
];

for (const profile of PROFILES) {
  for (const [whose, context] of [
    ['the DUT', contextOf(profile)],
    ['a stranger', strangersContext(profile)],
  ] as const) {
    test(`ordinary frames of ${whose} give no findings under ${profile}`, () => {
      const feed = new Feed(context);
      for (const [title, bytes] of ORDINARY) {
        for (const port of ['P', 'U'] as const) {
          assert.equal(feed.in(bytes, port), [], `${title}, in on ${port}`);
          assert.equal(feed.out(bytes, port), [], `${title}, out on ${port}`);
        }
        assert.equal(feed.unknown(bytes), [], title);
      }
      assert.equal(feed.engine.finish(), []);
    });
  }
}

test('frames cut short at any length give no findings', () => {
  for (const profile of PROFILES) {
    const feed = new Feed(contextOf(profile));
    const stranger = new Feed(strangersContext(profile));
    for (const [title, bytes] of ORDINARY) {
      for (let length = 0; length < Math.min(bytes.length, 160); length++) {
        assert.equal(feed.out(bytes.subarray(0, length)), [], `${title}, ${length} bytes`);
        assert.equal(stranger.unknown(bytes.subarray(0, length)), [], `${title}, ${length} bytes`);
      }
    }
  }
});

test.run();
