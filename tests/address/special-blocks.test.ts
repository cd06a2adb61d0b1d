import {
  IPV4_SPECIAL_BLOCKS,
  IPV6_SPECIAL_BLOCKS,
  Ipv4Address,
  ipv4BlockOf,
  Ipv6Address,
  ipv6BlockOf,
  isForbidden6to4Inner,
  isForbiddenConfiguredSource,
  isPrivateIpv4,
  isUnusableTunnelEndpoint,
} from '../../harness/address/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('address/special-blocks');

type Verdict = 'usable' | 'private' | 'never';

test('judges the first and last address of every IPv4 block and their neighbours', () => {
  const expected: readonly (readonly [address: string, name: string | undefined, verdict: Verdict])[] = [
    ['0.0.0.0', 'this network', 'never'],
    ['0.255.255.255', 'this network', 'never'],
    ['1.0.0.0', undefined, 'usable'],
    ['9.255.255.255', undefined, 'usable'],
    ['10.0.0.0', 'private', 'private'],
    ['10.255.255.255', 'private', 'private'],
    ['11.0.0.0', undefined, 'usable'],
    ['126.255.255.255', undefined, 'usable'],
    ['127.0.0.0', 'loopback', 'never'],
    ['127.255.255.255', 'loopback', 'never'],
    ['128.0.0.0', undefined, 'usable'],
    ['169.253.255.255', undefined, 'usable'],
    ['169.254.0.0', 'link-local', 'never'],
    ['169.254.255.255', 'link-local', 'never'],
    ['169.255.0.0', undefined, 'usable'],
    ['172.15.255.255', undefined, 'usable'],
    ['172.16.0.0', 'private', 'private'],
    ['172.31.255.255', 'private', 'private'],
    ['172.32.0.0', undefined, 'usable'],
    ['192.88.98.255', undefined, 'usable'],
    ['192.88.99.1', '6to4 relay anycast', 'usable'],
    ['192.167.255.255', undefined, 'usable'],
    ['192.168.0.0', 'private', 'private'],
    ['192.168.255.255', 'private', 'private'],
    ['192.169.0.0', undefined, 'usable'],
    ['223.255.255.255', undefined, 'usable'],
    ['224.0.0.0', 'multicast', 'never'],
    ['239.255.255.255', 'multicast', 'never'],
    ['240.0.0.0', 'reserved', 'never'],
    ['255.255.255.254', 'reserved', 'never'],
    ['255.255.255.255', 'limited broadcast', 'never'],
  ];
  for (const [text, name, verdict] of expected) {
    const address = Ipv4Address.parse(text);
    assert.is(ipv4BlockOf(address)?.name, name, text);
    assert.is(isPrivateIpv4(address), verdict === 'private', text);
    assert.is(isUnusableTunnelEndpoint(address, 'allow'), verdict === 'never', text);
    assert.is(isUnusableTunnelEndpoint(address, 'deny'), verdict !== 'usable', text);
  }
});

test('applies the inner address list of RFC 4213 to configured tunnels and that of RFC 3964 to 6to4', () => {
  const expected: readonly (readonly [
    address: string,
    name: string | undefined,
    configured: boolean,
    sixToFour: boolean,
  ])[] = [
    ['::', 'unspecified', false, true],
    ['::1', 'loopback', true, true],
    ['::2', 'IPv4-compatible', true, true],
    ['::10.0.0.1', 'IPv4-compatible', true, true],
    ['::ffff:10.0.0.1', 'IPv4-mapped', true, true],
    ['::fffe:10.0.0.1', 'low addresses', false, true],
    ['0:ffff::1', 'low addresses', false, true],
    ['1::1', undefined, false, false],
    ['64:ff9b::192.0.2.1', undefined, false, false],
    ['fe7f:ffff::1', undefined, false, false],
    ['fe80::1', 'link-local', false, true],
    ['febf:ffff::1', 'link-local', false, true],
    ['fec0::1', 'site-local', false, true],
    ['feff:ffff::1', 'site-local', false, true],
    ['ff00::', 'multicast', true, true],
    ['ff02::1', 'multicast', true, true],
    ['ffff:ffff::1', 'multicast', true, true],
    ['fd5a:1234:5600::1', undefined, false, false],
    ['2001:db8::1', undefined, false, false],
    ['2002:a00:1::1', undefined, false, false],
  ];
  for (const [text, name, configured, sixToFour] of expected) {
    const address = Ipv6Address.parse(text);
    assert.is(ipv6BlockOf(address)?.name, name, text);
    assert.is(isForbiddenConfiguredSource(address), configured, text);
    assert.is(isForbidden6to4Inner(address), sixToFour, text);
  }
});

test('names a document for every block and lists a block before the one that contains it', () => {
  for (const block of [...IPV4_SPECIAL_BLOCKS, ...IPV6_SPECIAL_BLOCKS]) {
    assert.match(block.source, /^RFC \d+/);
  }
  for (const block of IPV4_SPECIAL_BLOCKS) {
    assert.is(ipv4BlockOf(block.prefix.address), block);
  }
  for (const [index, block] of IPV6_SPECIAL_BLOCKS.entries()) {
    assert.not.ok(IPV6_SPECIAL_BLOCKS.slice(0, index).some((earlier) => earlier.prefix.covers(block.prefix)));
  }
});

test.run();
