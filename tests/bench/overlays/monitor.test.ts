import { reportsBetween } from '../../../harness/bench/overlays/monitor.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('bench/overlays/monitor');

const IP = `[ROUTE]blackhole 2001:db8:ffff::1 dev lo metric 1024 pref medium
[NEIGH]dev u lladdr 02:ff:00:00:00:01 NOARP PERMANENT
[NEIGH]fd5a:1234:5600:2::1a dev overlay lladdr 02:70:00:02:00:0a PERMANENT
[NEIGH]10.0.0.2 dev overlay lladdr 02:70:00:02:00:0a NOARP PERMANENT
[ROUTE]blackhole 2001:db8:ffff::2 dev lo metric 1024 pref medium
[ROUTE]fd5a:1234:5600:68::/64 via fd00:6::68 dev u metric 1024 pref medium
[ROUTE]blackhole 2001:db8:ffff::12 dev lo metric 1024 pref medium
`;
const BRIDGE = `02:ff:00:00:00:01 dev u self permanent
Deleted 02:70:00:02:00:00 dev overlay dst 10.0.0.2 self permanent
02:70:00:03:00:0a dev overlay dst 10.0.0.3 self permanent
02:ff:00:00:00:02 dev u self permanent
`;
const NFT = `add table ip mark1
# new generation 2 by process 100 (nft)
delete rule ip proxy pods handle 12
add rule ip proxy pods handle 11 ip daddr 100.64.2.16 dnat to 172.16.3.26
# new generation 3 by process 101 (nft)
add table ip mark2
`;

test('what a kernel reports between two marks is counted, each change once', () => {
  assert.is(reportsBetween(IP, 1, 2).length, 1);
  assert.is(reportsBetween(BRIDGE, 1, 2).length, 2);
  assert.equal(reportsBetween(NFT, 1, 2), [
    'delete rule ip proxy pods handle 12',
    'add rule ip proxy pods handle 11 ip daddr 100.64.2.16 dnat to 172.16.3.26',
  ]);
});

test('mark 1 is not mark 12', () => {
  assert.equal(reportsBetween(IP, 2, 12), [
    '[ROUTE]fd5a:1234:5600:68::/64 via fd00:6::68 dev u metric 1024 pref medium',
  ]);
});

test('a report without the marks says nothing', () => {
  assert.equal(reportsBetween('', 1, 2), []);
});

test.run();
