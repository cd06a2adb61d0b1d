import {
  arp,
  build,
  describe,
  ethernet,
  fromHex,
  icmpv4Error,
  icmpv6,
  icmpv6Error,
  ipv4,
  ipv6,
  neighborAdvertisement,
  payload,
  routerSolicitation,
  ndpOption,
  tcp,
  trailer,
  udp,
} from '../../harness/packet/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('packet/describe');

const outer = { source: '10.0.0.1', destination: '10.0.0.2', identification: 0x1a2b, dontFragment: true };
const inner = { source: 'fd5a::10', destination: 'fd5a:2::20', hopLimit: 63, flowLabel: 0x12345 };
const datagram = [udp({ sourcePort: 5000, destinationPort: 6000 }), payload(new Uint8Array(32))];
const INNER_TEXT = 'IPv6 fd5a::10 > fd5a:2::20 hl 63 tc 0x00 fl 0x12345 pl 40';

test('puts a tunnelled packet in one line with its state', () => {
  assert.is(
    describe(build(ipv4(outer), ipv6(inner), ...datagram), 'ipv4'),
    `IPv4 10.0.0.1 > 10.0.0.2 ttl 64 tos 0x00 id 0x1a2b DF len 100 csum good | ${INNER_TEXT} | UDP 5000 > 6000 len 40 csum good | 32 bytes`,
  );
});

test('shows MTU and quote of a Packet Too Big', () => {
  const quoted = build(ipv6(inner), ...datagram).subarray(0, 60);
  assert.is(
    describe(build(ipv6(), icmpv6Error({ type: 2, parameter: 1280, quoted })), 'ipv6'),
    `IPv6 :: > :: hl 64 tc 0x00 fl 0x00000 pl 68 | ICMPv6 Packet Too Big mtu 1280 quoting [${INNER_TEXT} | UDP 5000 > 6000 len 40 csum unverified | 12 bytes] csum good`,
  );
});

test('shows the ports of a TCP header that a quote cuts', () => {
  const quoted = build(ipv4(outer), tcp({ sourcePort: 1, destinationPort: 2 })).subarray(0, 28);
  assert.match(
    describe(build(ipv4(), icmpv4Error({ type: 3, code: 4, nextHopMtu: 1300, quoted })), 'ipv4'),
    /ICMPv4 Destination Unreachable \(fragmentation needed\) mtu 1300 quoting \[IPv4 .*\(ports 1 > 2\)\] csum good$/,
  );
});

test('names unknown numbers by their number', () => {
  assert.match(describe(build(ipv4({ protocol: 200 }), payload(fromHex('00'))), 'ipv4'), /protocol 200 \| 1 bytes$/);
  assert.match(describe(build(ipv6(), icmpv6({ type: 200 })), 'ipv6'), /ICMPv6 type 200 0 bytes/);
  assert.match(describe(build(ipv6(), icmpv6Error({ type: 1, code: 99, quoted: fromHex('') })), 'ipv6'), /\(code 99\)/);
  assert.match(
    describe(build(ipv6(), routerSolicitation({ options: [ndpOption(99, fromHex(''))] })), 'ipv6'),
    /option 99/,
  );
});

test('shows ARP and Neighbor Discovery as questions and answers', () => {
  assert.is(
    describe(build(ethernet(), arp({ senderProtocolAddress: '10.0.0.1', targetProtocolAddress: '10.0.0.2' }))),
    'Ethernet 00:00:00:00:00:00 > 00:00:00:00:00:00 | ARP who has 10.0.0.2, tell 10.0.0.1 at 00:00:00:00:00:00',
  );
  const advertisement = neighborAdvertisement({ target: 'fe80::1', solicited: true, override: true });
  assert.match(describe(build(ipv6(), advertisement), 'ipv6'), /Neighbor Advertisement of fe80::1 flags SO csum good$/);
});

test('tells oddities, trailers and the reason of a stop', () => {
  const packet = build(ethernet(), ipv4({ protocol: 41, headerChecksum: 0 }), trailer(fromHex('0000')));
  const text = describe(packet);
  assert.match(text, /csum bad/);
  assert.match(text, /\| trailer 2 bytes \| stopped at byte 34: ipv6 header needs 40 bytes, 0 are left$/);
  assert.match(describe(build(ipv6({ payloadLength: 9 })), 'ipv6'), /\(payload length 9, but 0 bytes are there\)/);
  assert.is(describe(new Uint8Array(0), 'ipv6'), 'stopped at byte 0: ipv6 header needs 40 bytes, 0 are left');
});

test.run();
