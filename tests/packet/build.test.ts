import {
  arp,
  build,
  ethernet,
  fromHex,
  gre,
  icmpv6EchoRequest,
  internetChecksum,
  ipv4,
  ipv6,
  payload,
  tcp,
  toHex,
  trailer,
  udp,
} from '../../harness/packet/index.ts';
import { assert, suite } from '../support/suite.ts';
import { KNOWN_PACKETS } from './support/known-packets.ts';

const test = suite('packet/build');

for (const { title, layers, bytes } of KNOWN_PACKETS) {
  test(`builds the known bytes: ${title}`, () => {
    assert.is(toHex(build(...layers)), toHex(bytes));
  });
}

test('sends every field of an IPv4 header as it is set, however wrong', () => {
  const packet = build(
    ipv4({
      version: 6,
      ihl: 15,
      tos: 0xff,
      totalLength: 1,
      identification: 0xffff,
      reservedFlag: true,
      dontFragment: true,
      moreFragments: true,
      fragmentOffset: 0x1fff,
      ttl: 0,
      protocol: 200,
      headerChecksum: 0x1234,
      source: '1.2.3.4',
      destination: '5.6.7.8',
    }),
  );
  assert.is(toHex(packet), '6fff0001ffffffff00c81234' + '0102030405060708');
});

test('sends every field of an IPv6 header as it is set, however wrong', () => {
  const packet = build(
    ipv6({ version: 4, trafficClass: 0xff, flowLabel: 0xfffff, payloadLength: 9, nextHeader: 255, hopLimit: 0 }),
    payload(fromHex('aa')),
  );
  assert.is(toHex(packet.subarray(0, 8)), '4fffffff0009ff00');
  assert.is(packet.length, 41);
});

test('sends a set UDP length and checksum, and no checksum when zero is set', () => {
  const wrong = build(ipv4(), udp({ length: 7, checksum: 0xdead }));
  assert.is(toHex(wrong.subarray(24)), '0007dead');
  assert.is(toHex(build(ipv4(), udp({ checksum: 0 })).subarray(24)), '00080000');
});

test('sends all ones when the UDP checksum computes to zero (RFC 768)', () => {
  // Ports and addresses are zero: protocol 17, twice the length 8 leave 0x0021, so a payload of 0xffde - 2 is needed.
  const packet = build(ipv4(), udp(), payload(fromHex('ffda')));
  assert.is(toHex(packet.subarray(26)), 'ffffffda');
});

test('computes upper-layer checksums with the addresses of the nearest IP layer', () => {
  const inner = [ipv6({ source: '2001:db8::1', destination: '2001:db8::2' }), icmpv6EchoRequest()];
  const alone = build(...inner);
  const tunnelled = build(ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }), gre(), ...inner);
  assert.is(toHex(tunnelled.subarray(24)), toHex(alone));
});

test('computes a GRE checksum that sums to zero over the GRE packet', () => {
  const packet = build(ipv4(), gre({ checksum: 'compute', key: 1 }), ipv6());
  assert.is(internetChecksum(packet, 20), 0);
});

test('does not count a trailer in any length', () => {
  const packet = build(ethernet(), ipv4(), trailer(new Uint8Array(6).fill(0xee)));
  assert.is(packet.length, 14 + 20 + 6);
  assert.is(toHex(packet.subarray(16, 18)), '0014');
  assert.is(build(ethernet(), arp(), trailer(new Uint8Array(18))).length, 60);
});

test('refuses fields that do not fit, by name', () => {
  assert.throws(() => build(ipv4({ ttl: 256 })), /ttl.*8-bit.*256/);
  assert.throws(() => build(ipv6({ flowLabel: -1 })), /flowLabel.*20-bit.*-1/);
  assert.throws(() => build(ipv6({ hopLimit: 1.5 })), /hopLimit/);
  assert.throws(() => build(ipv4({ source: '10.0.0' })));
});

test('refuses a checksum without addresses and a trailer without Ethernet', () => {
  assert.throws(() => build(udp()), /IP layer in front/);
  assert.throws(() => build(tcp()), /IP layer in front/);
  assert.not.throws(() => build(udp({ checksum: 1 })));
  assert.throws(() => build(ipv4(), trailer(new Uint8Array(1))), /trailer/);
  assert.throws(() => build(ethernet(), trailer(new Uint8Array(1)), ipv4()), /trailer/);
});

test.run();
