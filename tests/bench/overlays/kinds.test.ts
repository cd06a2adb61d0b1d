import { OVERLAYS } from '../../../harness/bench/overlays/kinds/index.ts';
import { labNode, labNodes, labPod, MAXIMUM_NODES } from '../../../harness/bench/overlays/lab.ts';
import {
  combined,
  isImpossible,
  OVERLAY_IDS,
  type Change,
  type Overlay,
  type OverlayId,
} from '../../../harness/bench/overlays/overlay.ts';
import { tableOf } from '../../../harness/bench/overlays/tables.ts';
import { decode, describe, findLayer, readNdpMessage, toHex } from '../../../harness/packet/index.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('bench/overlays/kinds');

const overlay = (id: OverlayId): Overlay => {
  const found = OVERLAYS.find((each) => each.id === id);
  if (found === undefined) throw new Error(`expected ${id}`);
  return found;
};

const linesOf = (changes: readonly Change[], tool: Change['tool']): readonly string[] =>
  combined(changes).flatMap((change) => (change.tool === tool && change.tool !== 'advertise' ? change.lines : []));

test('every alternative is there once', () => {
  assert.equal(
    OVERLAYS.map(({ id }) => id),
    [...OVERLAY_IDS],
  );
});

test('pods have the prefix that the 6rd map makes of the address of their node', () => {
  assert.is(labNode(2).podPrefix.toString(), 'fd5a:1234:5600:2::/64');
  assert.is(labNode(0x1234).podPrefix.toString(), 'fd5a:1234:5600:1234::/64');
  assert.is(labPod(labNode(2), 1).ipv6.toString(), 'fd5a:1234:5600:2::11');
});

test('no two pods share an address or a MAC address', () => {
  const pods = [...labNodes(1, 20), labNode(256), labNode(257), labNode(MAXIMUM_NODES)].flatMap((node) =>
    [0, 1, 199].map((index) => labPod(node, index)),
  );
  for (const fact of ['ipv6', 'ipv4', 'serviceIpv4', 'mac'] as const)
    assert.is(new Set(pods.map((pod) => pod[fact].toString())).size, pods.length, fact);
});

test('what nodes have to know grows as each alternative says', () => {
  const lines = (id: OverlayId, tool: Change['tool']): number =>
    linesOf(tableOf(overlay(id), labNodes(2, 11), 3), tool).length;
  assert.is(lines('native', 'ip'), 10);
  assert.is(lines('gre', 'ip'), 10);
  assert.is(lines('ip6ip6', 'ip'), 10);
  assert.is(lines('vxlan', 'bridge'), 30);
  assert.is(lines('vxlan', 'ip'), 30);
  assert.is(lines('ipv4-proxy', 'nft'), 30);
  assert.is(lines('ipv4-proxy', 'ip'), 10);
  assert.is(
    linesOf(tableOf(overlay('wireguard'), labNodes(2, 11), 3), 'wg').filter((line) => line === '[Peer]').length,
    10,
  );
  for (const id of ['protocol-41', 'fou'] as const) assert.equal(tableOf(overlay(id), labNodes(2, 11), 3), []);
});

test('a pod with a new address is news only where entries are for pods', () => {
  const [pod, moved] = [labPod(labNode(2), 0), labPod(labNode(3), 9)];
  for (const each of OVERLAYS) {
    const move = each.moveToNewAddress(pod, moved);
    assert.not.ok(isImpossible(move), each.id);
    const isNews = !isImpossible(move) && move.changes.length > 0;
    assert.is(isNews, each.id === 'vxlan' || each.id === 'ipv4-proxy', each.id);
  }
});

test('a stateless overlay cannot keep the address of a pod that moves', () => {
  for (const id of ['protocol-41', 'fou'] as const)
    assert.ok(isImpossible(overlay(id).moveWithAddress(labPod(labNode(2), 0), labNode(3))));
});

test('protocol 41 is set up with the commands that `plan` prints', () => {
  const lines = linesOf(overlay('protocol-41').setUp(labNode(1)), 'sh').join('\n');
  assert.match(lines, 'local 10.0.0.1 6rd-prefix fd5a:1234:5600::/40 6rd-relay_prefix 10.0.0.0/8');
  assert.match(linesOf(overlay('fou').setUp(labNode(1)), 'sh').join('\n'), 'encap fou');
});

test('WireGuard knows each node by a key of its own, the same in every run', () => {
  const key = (number: number): string =>
    /PublicKey = (\S+)/.exec(linesOf(overlay('wireguard').nodeEntries(labNode(number)), 'wg').join('\n'))?.[1] ?? '';
  assert.is(Buffer.from(key(2), 'base64').length, 32);
  assert.is(key(2), key(2));
  assert.is.not(key(2), key(3));
});

test('a node advertises the prefix of its pods and no default route', () => {
  const [change] = combined(overlay('native-ra').nodeEntries(labNode(3)));
  assert.ok(change?.tool === 'advertise');
  const frame = change?.tool === 'advertise' ? (change.frames[0] ?? new Uint8Array()) : new Uint8Array();
  assert.match(describe(frame), 'fe80::3 > ff02::1');
  assert.not.match(describe(frame), /bad/);
  const ip = findLayer(decode(frame), 'ipv6')?.header;
  assert.is(ip?.hopLimit, 255);
  const message = readNdpMessage(frame, 14 + 40, frame.length);
  assert.ok(message?.kind === 'router-advertisement');
  if (message?.kind !== 'router-advertisement') return;
  assert.is(message.routerLifetimeSeconds, 0);
  const route = message.options.find(({ type }) => type === 24);
  // RFC 4191 section 2.3: prefix length, preference medium, lifetime of 1800 s, 8 bytes of prefix.
  assert.is(toHex(route?.body ?? new Uint8Array()), `4000${'00000708'}fd5a123456000003`);
});

test('lines of one program are put together in their order, frames too', () => {
  const frame = Uint8Array.of(1);
  const changes: Change[] = [
    { tool: 'ip', lines: ['a'] },
    { tool: 'advertise', frames: [frame], routes: ['x'] },
    { tool: 'bridge', lines: ['b'] },
    { tool: 'ip', lines: ['c'] },
    { tool: 'advertise', frames: [frame], routes: ['y'] },
  ];
  assert.equal(combined(changes), [
    { tool: 'ip', lines: ['a', 'c'] },
    { tool: 'bridge', lines: ['b'] },
    { tool: 'advertise', frames: [frame, frame], routes: ['x', 'y'] },
  ]);
});

test.run();
