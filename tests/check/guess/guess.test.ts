import { Ipv4Address, Ipv6Address, sixRdMap, sixToFourMap, type EmbeddingMap } from '../../../harness/address/index.ts';
import { parseProfile } from '../../../harness/profile/index.ts';
import { seededRandom } from '../../../harness/random.ts';
import { assert, suite } from '../../support/suite.ts';
import { bytesOf, checksum, frame, ipv4, ipv6, tunnelled, udp, word, type OuterOptions } from '../../rules/handmade.ts';
import { captureOf, checkBytes } from '../support.ts';

const test = suite('check/guess');
const random = seededRandom('guess');

const podOf = (map: EmbeddingMap, node: string): string =>
  Ipv6Address.fromBigInt(
    map.nodePrefix(Ipv4Address.parse(node)).address.toBigInt() | BigInt(1 + random.int(1000)),
  ).toString();

/** Packets between random pairs of nodes of an overlay. */
function overlayFrames(
  map: EmbeddingMap,
  nodes: readonly string[],
  count: number,
  outer: OuterOptions = {},
): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const [source = '', destination = ''] = random.shuffle(nodes);
    return tunnelled(
      { source: podOf(map, source), destination: podOf(map, destination) },
      { source, destination, ...outer },
    );
  });
}

const MAPPINGS: readonly (readonly [string, readonly string[]])[] = [
  ['6rd:fd5a:1234:5600::/40+10.0.0.0/8', ['10.0.0.1', '10.0.0.2']],
  ['6rd:fd5a:1234:5600::/40+10.0.0.0/8', ['10.0.0.1', '10.7.0.2', '10.200.3.4']],
  ['6rd:2001:db8::/32+0.0.0.0/0', ['192.0.2.1', '203.0.113.7', '8.1.1.1']],
  ['6rd:2a01:e000::/28+0.0.0.0/0', ['81.2.3.4', '90.1.2.3']],
  ['6rd:2001:db8:aa00::/44+172.16.0.0/12', ['172.16.3.4', '172.31.9.1', '172.20.1.1']],
  ['6rd:fd00:1:2::/48+192.168.0.0/16', ['192.168.1.1', '192.168.77.2', '192.168.200.3']],
];

for (const [text, nodes] of MAPPINGS) {
  test(`${text} is found with ${nodes.length} nodes`, async () => {
    const { mapping } = parseProfile(text);
    if (mapping.kind !== '6rd') throw new Error('expected 6rd');
    const frames = overlayFrames(sixRdMap(mapping), nodes, 50);
    const { outcome, findings, evidence } = await checkBytes([captureOf(frames)]);
    assert.is(outcome.group.profile?.text, text);
    assert.equal(findings, []);
    assert.match(evidence, /in 50 of 50 tunnel packets/);
    for (const node of nodes)
      assert.match(evidence, new RegExp(`maps to ${node.replaceAll('.', '\\.')} in \\d+ packets`));
  });
}

test('6to4 is found, and the mode that the packets show', async () => {
  const frames = overlayFrames(sixToFourMap(), ['192.0.2.1', '203.0.113.7'], 20, { flags: 0, identification: 1 });
  const { outcome, evidence } = await checkBytes([captureOf(frames)]);
  assert.is(outcome.group.profile?.text, '6to4,mtu=static:1280');
  assert.match(evidence, /DF is 0 in 20 of 20 packets \(100 %\)/);
});

test('a few wrong packets neither change the guess nor go unseen', async () => {
  const { mapping } = parseProfile('overlay');
  if (mapping.kind !== '6rd') throw new Error('expected 6rd');
  const frames = overlayFrames(sixRdMap(mapping), ['10.0.0.1', '10.0.0.2', '10.9.8.7'], 60);
  frames[30] = tunnelled({}, { destination: '10.9.9.9' });
  const { outcome, findings } = await checkBytes([captureOf(frames)]);
  assert.is(outcome.group.profile?.text, '6rd:fd5a:1234:5600::/40+10.0.0.0/8');
  assert.equal(findings, ['31 address.6rd-embedded-bits']);
});

test('traffic of one node with the native Internet through a relay is enough', async () => {
  const out = tunnelled({ destination: '2001:db8:9::1' }, { destination: '10.0.0.254' });
  const back = tunnelled(
    { source: '2001:db8:9::1', destination: 'fd5a:1234:5600:100::10' },
    { source: '10.0.0.254', destination: '10.0.1.0' },
  );
  const { outcome, findings } = await checkBytes([captureOf([out, back, out, back, out])]);
  assert.is(outcome.group.profile?.text, '6rd:fd5a:1234:5600::/40+10.0.0.0/8');
  assert.equal(findings, []);
});

test('without an embedding it is a configured tunnel', async () => {
  const frames = Array.from({ length: 10 }, () =>
    tunnelled(
      { source: '2001:db8:1::1', destination: '2001:db8:2::1' },
      { source: '192.0.2.1', destination: '198.51.100.7' },
    ),
  );
  const { outcome, evidence } = await checkBytes([captureOf(frames)]);
  assert.is(outcome.group.profile?.text, '6in4');
  assert.match(evidence, /between 192\.0\.2\.1 and 198\.51\.100\.7: 10 packets/);
});

test('an overlay over UDP is found with its port', async () => {
  const frames = Array.from({ length: 5 }, (_, index) =>
    frame(ipv4(udp(ipv6(), { destinationPort: 5555, sourcePort: 50_000 + index }), { protocol: 17 })),
  );
  const { outcome, evidence } = await checkBytes([captureOf(frames)]);
  assert.is(outcome.group.profile?.text, '6rd:fd5a:1234:5600::/40+10.0.0.0/8,encap=fou:5555');
  assert.match(evidence, /5 UDP datagrams to port 5555/);
});

test('next to bare tunnel packets, IPv6 in UDP is named and not chosen', async () => {
  const inUdp = frame(ipv4(udp(ipv6(), { destinationPort: 5555 }), { protocol: 17 }));
  const { outcome, evidence } = await checkBytes([captureOf([tunnelled(), tunnelled(), inUdp, inUdp, inUdp])]);
  assert.is(outcome.group.profile?.encapsulation.kind, 'protocol-41');
  assert.match(evidence, /not chosen: 3 packets hold IPv6 in UDP to port 5555/);
});

test('Teredo alone is no overlay', async () => {
  const teredo = frame(ipv4(udp(ipv6({ source: '2001:0:1::1' })), { protocol: 17 }));
  const { outcome } = await checkBytes([captureOf([teredo, teredo, teredo, teredo])]);
  assert.is(outcome.group.profile, undefined);
});

test('copied and fixed DSCPs, and the ECN modes, are told from most packets', async () => {
  const optionsOf = async (tos: number, trafficClass: number): Promise<string> => {
    const frames = Array.from({ length: 10 }, () => tunnelled({ trafficClass }, { tos }));
    const { outcome } = await checkBytes([captureOf(frames)]);
    return outcome.group.profile?.text.split(',').slice(1).join() ?? '';
  };
  assert.is(await optionsOf(0xb8, 0xb8), '');
  assert.is(await optionsOf(0, 0xb8), 'tos=zero');
  assert.is(await optionsOf(0x20, 0), 'tos=fixed:32');
  assert.is(await optionsOf(0, 2), 'ecnEncap=compat');
  assert.is(await optionsOf(2, 3), 'ecnEncap=3168');
});

test('a capture whose first tunnel packet comes late is judged all the same', async () => {
  const plain = frame(ipv4(bytesOf(new Uint8Array(1400)), { protocol: 6 }));
  const frames = [...Array.from({ length: 8000 }, () => plain), tunnelled(), tunnelled({}, { checksum: 1 })];
  const { findings, outcome } = await checkBytes([captureOf(frames)]);
  assert.equal(findings, ['8002 encap.header-checksum']);
  assert.is(outcome.result.summary.frames, 8002);
});

test('packets that may be several segments say nothing of the MTU mode by their size', async () => {
  // TCP with the sum of the pseudo-header in the place of its checksum, as a network card gets it.
  const payload = bytesOf(
    [0x9c, 0x40, 1, 0xbb, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0],
    new Uint8Array(4000),
  );
  const pseudo = bytesOf(ipv6({ nextHeader: 6, payload }).subarray(8, 40), [0, 0, 0x0f, 0xb4, 0, 0, 0, 6]);
  payload.set(word(0xffff - checksum(pseudo)), 16);
  const many = Array.from({ length: 5 }, (_, index) =>
    tunnelled({ nextHeader: 6, payload }, { flags: 0, identification: index }),
  );
  const { outcome, findings, notJudged } = await checkBytes([captureOf([tunnelled(), ...many])]);
  assert.is(outcome.group.profile?.text, '6rd:fd5a:1234:5600::/40+10.0.0.0/8');
  assert.equal(findings, []);
  assert.match(JSON.stringify(notJudged), /several segments that the network card had yet to cut apart[^"]*":5/);
});

test('an outer TTL that changes with the inner hop limit is inherited, and one that stays is not', async () => {
  const traced = (ttlOf: (hopLimit: number) => number): Uint8Array[] =>
    Array.from({ length: 8 }, (_, index) => tunnelled({ hopLimit: index + 1 }, { ttl: ttlOf(index + 1) }));
  const inherited = await checkBytes([captureOf(traced((hopLimit) => hopLimit))]);
  assert.is(inherited.outcome.group.profile?.switches.ttl, 'inherit');
  assert.match(inherited.evidence, /the outer TTL changed with the inner hop limit 7 of 7 times/);
  assert.equal(inherited.findings, []);
  const fixed = await checkBytes([captureOf(traced(() => 64))]);
  assert.is(fixed.outcome.group.profile?.switches.ttl, 'fixed');
});

test('what cannot be guessed from is told of, with what to do', async () => {
  const evidenceOf = async (frames: readonly Uint8Array[]): Promise<string> => {
    const { evidence, outcome } = await checkBytes([captureOf(frames)]);
    assert.is(outcome.group.profile, undefined);
    return evidence;
  };
  const cut = tunnelled().subarray(0, 64);
  assert.match(await evidenceOf([cut, cut]), /2 packets of protocol 41 end before .*tcpdump -s 128/);
  const gre = frame(ipv4(bytesOf(0, 0, 0x86, 0xdd, ipv6()), { protocol: 47 }));
  assert.match(await evidenceOf([gre]), /1 packets hold IPv6 in GRE.*encap=gre/);
  const gue = frame(ipv4(udp(bytesOf(0, 0x29, 0, 0, ipv6()), { destinationPort: 6080 }), { protocol: 17 }));
  assert.match(await evidenceOf([gue]), /1 datagrams go to port 6080.*encap=gue:6080/);
});

test('later fragments are not taken for packets with a header of their own', async () => {
  const packet = ipv6({ payload: new Uint8Array(1400).fill(0x62) });
  const frames = Array.from({ length: 10 }, (_, index) => [
    frame(ipv4(packet.subarray(0, 800), { flags: 0x2000, identification: index })),
    frame(ipv4(packet.subarray(800), { flags: 100, identification: index })),
  ]).flat();
  const { outcome, evidence, findings } = await checkBytes([captureOf(frames)]);
  assert.is(outcome.group.profile?.text, '6rd:fd5a:1234:5600::/40+10.0.0.0/8');
  assert.match(evidence, /in 10 of 10 tunnel packets/);
  assert.equal(findings, []);
});

test.run();
