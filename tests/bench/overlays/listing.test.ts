import { differenceOf, parseListing, totalOf } from '../../../harness/bench/overlays/listing.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('bench/overlays/listing');

/** As iproute2 6.1, wg 1.0.20210914 and nft 1.0.6 print it. */
const LISTING = `=== links
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/loopback
2: u@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\\    link/ether
3: sit0@NONE: <NOARP> mtu 1480 qdisc noop state DOWN mode DEFAULT group default qlen 1000\\    link/sit 0.0.0.0 brd 0.0.0.0
5: overlay@NONE: <NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/sit
=== routes
10.0.0.0/8 dev u proto kernel scope link src 10.0.0.1
172.16.104.0/24 via 10.0.0.104 dev u
broadcast 10.255.255.255 dev u table local proto kernel scope link src 10.0.0.1
fd5a:1234:5600:1::/64 dev eth0 proto kernel metric 256 pref medium
fd5a:1234:5600:2::/64 via fe80::2 dev u proto ra metric 1024 expires 1799sec pref medium
fd5a:1234:5600:3::/64  encap ip id 0 src 0.0.0.0 dst 10.0.0.3 ttl 64 tos 0 dev overlay metric 1024 pref medium
local fd5a:1234:5600:1::1 dev eth0 table local proto kernel metric 0 pref medium
multicast ff00::/8 dev u table local proto kernel metric 256 pref medium
=== neighbours
10.0.0.2 dev u lladdr 02:55:0a:00:00:02 PERMANENT
=== forwarding
33:33:00:00:00:01 dev u self permanent
02:70:00:22:00:00 dev overlay dst 10.0.0.34 self permanent
66:e7:bb:62:8d:3c dev overlay vlan 1 master pods permanent
=== peers
b1BC8jcO3E8RVp2DgJ4GKpfudoCZB7N9YHZIqWckRFM=\tfd5a:1234:5600:2::/64 fd5a:1234:5600:9::11/128
d1BC8jcO3E8RVp2DgJ4GKpfudoCZB7N9YHZIqWckRFM=\t(none)
=== rules
table ip proxy {
\tchain pods {
\t\ttype nat hook prerouting priority dstnat; policy accept;
\t\tip daddr 100.64.2.26 dnat to 172.16.2.26
\t}
}
=== ports
port 3544 ipproto 41
`;

test('counts what a node was told, and not what its kernel adds', () => {
  const listing = parseListing(LISTING);
  const counts = Object.fromEntries([...listing].map(([kind, entries]) => [kind, entries.size]));
  assert.equal(counts, {
    devices: 2,
    routes: 3,
    neighbours: 1,
    forwarding: 1,
    peers: 2,
    'prefixes of peers': 2,
    rules: 1,
    'UDP ports': 1,
  });
});

test('a route that only grows older is the same route', () => {
  const later = parseListing(LISTING.replace('1799sec', '1700sec'));
  assert.equal(differenceOf(parseListing(LISTING), later), { added: {}, removed: {} });
});

test('the difference names what came and what went, by kind', () => {
  const after = LISTING.replace('dst 10.0.0.34', 'dst 10.0.0.35').replace('172.16.104.0/24 via 10.0.0.104 dev u\n', '');
  const { added, removed } = differenceOf(parseListing(LISTING), parseListing(after));
  assert.equal(added, { forwarding: 1 });
  assert.equal(removed, { routes: 1, forwarding: 1 });
  assert.is(totalOf(removed), 2);
});

test('an empty listing has no entries', () => {
  assert.is(parseListing('=== links\n=== routes\n').size, 0);
});

test.run();
