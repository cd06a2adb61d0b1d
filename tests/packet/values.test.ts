import { Ipv6Address, Ipv6Prefix } from '../../harness/address/index.ts';
import {
  arpIsIpv4OverEthernet,
  arpOperation,
  arpTargetNumber,
  build,
  arp,
  concat,
  etherTypeName,
  equalBytes,
  equalRange,
  fromHex,
  hexDump,
  icmpv4CodeName,
  icmpv4TypeName,
  icmpv6CodeName,
  icmpv6IsError,
  icmpv6TypeName,
  ipv4,
  ipv4DestinationNumber,
  ipv4Ecn,
  ipv4IsFragment,
  ipv4PseudoHeaderSum,
  ipv4ReservedFlag,
  ipv4SourceNumber,
  ipv6,
  IPV6,
  ipv6Ecn,
  ipv6PseudoHeaderSum,
  ipv6TrafficClass,
  internetChecksum,
  MacAddress,
  ndpOption,
  prefixInformationOption,
  protocolName,
  readNdpMessage,
  readNdpOptions,
  routeInformationOption,
  routerAdvertisement,
  tcpFlagNames,
  toHex,
  udp,
} from '../../harness/packet/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('packet/values');

test('reads and prints MAC addresses, and refuses what is none', () => {
  const mac = MacAddress.parse('33:33:00:00:00:01');
  assert.is(mac.toString(), '33:33:00:00:00:01');
  assert.ok(mac.isMulticast);
  assert.not.ok(MacAddress.parse('02:00:00:00:00:01').isMulticast);
  assert.ok(MacAddress.forIpv6Multicast(Ipv6Address.parse('ff02::1')).equals(mac));
  assert.ok(MacAddress.fromBytes(fromHex('aa 333300000001'), 1).equals(mac));
  for (const wrong of ['', '33-33-00-00-00-01', '33:33:00:00:00', '33:33:00:00:00:0g', '33:33:00:00:00:01:02']) {
    assert.throws(() => MacAddress.parse(wrong), /MAC address/);
  }
});

test('a MAC address does not change with the buffer it was read from', () => {
  const buffer = fromHex('020000000001');
  const mac = MacAddress.fromBytes(buffer);
  buffer.fill(0xff);
  assert.is(mac.toString(), '02:00:00:00:00:01');
});

test('views read fields in place at any offset', () => {
  const packet = concat(
    fromHex('ffff'),
    build(ipv4({ source: '10.0.0.1', destination: '255.0.0.2', tos: 0xfe, reservedFlag: true })),
  );
  assert.is(ipv4SourceNumber(packet, 2), 0x0a000001);
  assert.is(ipv4DestinationNumber(packet, 2), 0xff000002);
  assert.is(ipv4Ecn(packet, 2), 2);
  assert.ok(ipv4ReservedFlag(packet, 2));
  assert.not.ok(ipv4IsFragment(packet, 2));
  assert.ok(ipv4IsFragment(build(ipv4({ moreFragments: true })), 0));
  const six = build(ipv6({ trafficClass: 0xa7, source: '::1', destination: '::1' }));
  assert.is(ipv6TrafficClass(six, 0), 0xa7);
  assert.is(ipv6Ecn(six, 0), 3);
  assert.ok(equalRange(six, IPV6.SOURCE, six, IPV6.DESTINATION, 16));
  const question = build(arp({ targetProtocolAddress: '10.0.0.2' }));
  assert.ok(arpIsIpv4OverEthernet(question, 0));
  assert.is(arpOperation(question, 0), 1);
  assert.is(arpTargetNumber(question, 0), 0x0a000002);
});

test('pseudo-header sums in place verify what was built', () => {
  const four = build(ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }), udp());
  assert.is(internetChecksum(four, 20, four.length, ipv4PseudoHeaderSum(four, 0, 17, 8)), 0);
  const six = build(ipv6({ source: '2001:db8::1' }), udp());
  assert.is(internetChecksum(six, 40, six.length, ipv6PseudoHeaderSum(six, 0, 17, 8)), 0);
});

test('reads the options of Neighbor Discovery and says what is wrong with them', () => {
  const prefix = {
    prefix: Ipv6Address.parse('2001:db8::'),
    prefixLength: 64,
    onLink: true,
    autonomous: false,
    validLifetimeSeconds: 100,
    preferredLifetimeSeconds: 50,
  };
  const option = prefixInformationOption(prefix);
  // RFC 4861 section 4.6.2: type 3, length 4, prefix length, L flag, lifetimes, reserved, prefix.
  assert.is(toHex(option), `03044080${'00000064'}${'00000032'}${'00000000'}20010db8000000000000000000000000`);
  assert.equal(readNdpOptions(option, 0, option.length).options[0]?.prefixInformation, prefix);
  const problem = (hex: string): string | undefined => readNdpOptions(fromHex(hex), 0, 100).problem;
  assert.is(problem('0500 000000000000'), 'an ND option has length zero');
  assert.is(problem('0502 000000000000'), 'an ND option runs over the end of the message');
  assert.is(problem('05'), 'an ND option is cut off');
  assert.is(toHex(ndpOption(200, fromHex('01'), 0)), 'c800010000000000');
});

test('Route Information options carry as much of the prefix as its length needs', () => {
  const option = (text: string, preference?: 1 | 0 | -1): string =>
    toHex(
      routeInformationOption({
        prefix: Ipv6Prefix.parse(text),
        routeLifetimeSeconds: 600,
        ...(preference === undefined ? {} : { preference }),
      }),
    );
  // RFC 4191 section 2.3: type 24, length 1, 2 or 3, prefix length, preference in bits 3 and 4, lifetime, prefix.
  assert.is(option('::/0'), '1801000000000258');
  assert.is(option('2001:db8::/64', 1), '180240080000025820010db800000000');
  assert.is(option('2001:db8::1/128', -1), '180380180000025820010db8000000000000000000000001');
});

test('reads a Router Advertisement as it was built', () => {
  const packet = build(
    ipv6(),
    routerAdvertisement({
      currentHopLimit: 9,
      managed: true,
      routerLifetimeSeconds: 30,
      reachableTimeMs: 1,
      retransTimerMs: 2,
    }),
  );
  assert.equal(readNdpMessage(packet, 40, packet.length), {
    kind: 'router-advertisement',
    currentHopLimit: 9,
    managed: true,
    other: false,
    routerLifetimeSeconds: 30,
    reachableTimeMs: 1,
    retransTimerMs: 2,
    options: [],
  });
  assert.is(readNdpMessage(packet, 40, 55), undefined);
});

test('numbers with a meaning have a name, the others stay numbers', () => {
  assert.equal([protocolName(41), protocolName(200)], ['IPv6', 'protocol 200']);
  assert.equal([etherTypeName(0x86dd), etherTypeName(0x1234)], ['IPv6', '0x1234']);
  assert.equal([icmpv6TypeName(2), icmpv6TypeName(250)], ['Packet Too Big', 'type 250']);
  assert.equal([icmpv6CodeName(1, 3), icmpv6CodeName(1, 77)], ['address unreachable', 'code 77']);
  assert.equal([icmpv4TypeName(3), icmpv4TypeName(99)], ['Destination Unreachable', 'type 99']);
  assert.equal(
    [icmpv4CodeName(3, 4), icmpv4CodeName(11, 0), icmpv4CodeName(12, 1)],
    ['fragmentation needed', 'in transit', 'code 1'],
  );
  assert.equal([icmpv6IsError(127), icmpv6IsError(128)], [true, false]);
  assert.equal([tcpFlagNames(0x12), tcpFlagNames(0)], ['SYN,ACK', 'none']);
});

test('hexadecimal helpers read what they print', () => {
  const bytes = fromHex('00 7f\nff:41');
  assert.is(toHex(bytes), '007fff41');
  assert.is(toHex(bytes, 1, 3), '7fff');
  assert.is(hexDump(bytes), '0000  00 7f ff 41                                      ...A');
  assert.throws(() => fromHex('0'), /pairs of hexadecimal digits/);
  assert.not.ok(equalBytes(bytes, bytes.subarray(1)));
  assert.not.ok(equalRange(bytes, 3, bytes, 0, 2));
});

test.run();
