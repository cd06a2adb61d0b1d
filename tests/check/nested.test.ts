import { assert, suite } from '../support/suite.ts';
import { bytesOf, frame, ipv4, ipv6, tunnelled, udp, word } from '../rules/handmade.ts';
import { captureOf, checkBytes } from './support.ts';

const test = suite('check/nested');

const OTHER = { source: '198.51.100.1', destination: '198.51.100.2' };
const outer = (payload: Uint8Array, protocol: number): Uint8Array => frame(ipv4(payload, { ...OTHER, protocol }));
const gre = (protocolType: number, payload: Uint8Array, flags = 0, extra = new Uint8Array(0)): Uint8Array =>
  bytesOf(word(flags), word(protocolType), extra, payload);
const vxlan = (payload: Uint8Array): Uint8Array => bytesOf(8, 0, 0, 0, 0, 0, 1, 0, payload);
const geneve = (payload: Uint8Array): Uint8Array => bytesOf(0, 0, word(0x6558), 0, 0, 1, 0, payload);
const good = ipv4(ipv6());
const bad = ipv4(ipv6(), { checksum: 0x1234 });

/** Tunnels around a tunnel packet of the overlay. */
const AROUND: readonly (readonly [string, (packet: Uint8Array) => Uint8Array])[] = [
  ['IPv4 in IPv4', (packet) => outer(packet, 4)],
  ['two times IPv4 in IPv4', (packet) => outer(ipv4(packet, { protocol: 4 }), 4)],
  ['GRE', (packet) => outer(gre(0x0800, packet), 47)],
  ['GRE with key and sequence', (packet) => outer(gre(0x0800, packet, 0x3000, new Uint8Array(8)), 47)],
  ['Ethernet in GRE', (packet) => outer(gre(0x6558, frame(packet)), 47)],
  ['VXLAN', (packet) => outer(udp(vxlan(frame(packet)), { destinationPort: 4789 }), 17)],
  ['a VLAN in VXLAN', (packet) => outer(udp(vxlan(frame(packet, { vlan: 3 })), { destinationPort: 4789 }), 17)],
  ['GENEVE', (packet) => outer(udp(geneve(frame(packet)), { destinationPort: 6081 }), 17)],
  ['IPv4 in IPv6', (packet) => frame(ipv6({ source: '2001:db8::1', nextHeader: 4, payload: packet }))],
  ['GRE in IPv6', (packet) => frame(ipv6({ source: '2001:db8::1', nextHeader: 47, payload: gre(0x0800, packet) }))],
  [
    'IPv4 in IPv6 in IPv6',
    (packet) =>
      frame(
        ipv6({
          source: '2001:db8::1',
          nextHeader: 41,
          payload: ipv6({ source: '2001:db8::3', nextHeader: 4, payload: packet }),
        }),
      ),
  ],
];

for (const [what, around] of AROUND) {
  test(`tunnel packets in ${what} are neither missed nor misjudged`, async () => {
    const { findings, outcome } = await checkBytes([captureOf([around(good), around(bad)])], { profile: 'overlay' });
    assert.equal(findings, ['2 encap.header-checksum']);
    assert.is(outcome.result.summary.tunnelPackets, 2);
    assert.equal(
      outcome.result.summary.conversations.map(({ packets, findings: count }) => [packets, count]),
      [[2, 1]],
    );
  });
}

test('what a tunnel packet carries is payload, even if that is a tunnel packet that would be wrong', async () => {
  const inside = [
    ipv6({ nextHeader: 41, payload: ipv6({ source: 'ff02::1' }) }),
    ipv6({ nextHeader: 4, payload: bad }),
    ipv6({ nextHeader: 47, payload: gre(0x86dd, ipv6({ source: '::' })) }),
  ];
  const { findings, outcome } = await checkBytes([captureOf(inside.map((inner) => frame(ipv4(inner))))], {
    profile: 'overlay',
  });
  assert.equal(findings, []);
  assert.is(outcome.result.summary.tunnelPackets, 3);
});

const FOREIGN = { source: '2001:db8:1::1', destination: '2001:db8:2::1' };
/** What is not judged, and what is said of it. */
const NOT_JUDGED: readonly (readonly [RegExp, Uint8Array])[] = [
  [/^IPv6 in GRE/, outer(gre(0x86dd, ipv6()), 47)],
  [/^IPv6 in IPv6/, frame(ipv6({ nextHeader: 41, payload: ipv6() }))],
  [/^Teredo/, outer(udp(ipv6({ source: '2001:0:1::1' }), { destinationPort: 3544 }), 17)],
  [/^GUE/, outer(udp(bytesOf(0, 41, 0, 0, ipv6()), { destinationPort: 6080 }), 17)],
  [/^protected by IPsec/, outer(new Uint8Array(60), 50)],
  [/another overlay/, tunnelled(FOREIGN, OTHER)],
  [/^later fragments/, frame(ipv4(new Uint8Array(16), { protocol: 47, flags: 3 }))],
  [
    /too many tunnels/,
    frame(Array.from({ length: 10 }).reduce<Uint8Array>((packet) => ipv4(packet, { protocol: 4 }), good)),
  ],
];

for (const [reason, bytes] of NOT_JUDGED) {
  test(`what is not judged is counted: ${reason.source}`, async () => {
    const { findings, notJudged, outcome } = await checkBytes([captureOf([bytes])], { profile: 'overlay' });
    assert.equal(findings, []);
    assert.is(Object.keys(notJudged).length, 1, JSON.stringify(notJudged));
    assert.match(Object.keys(notJudged)[0] ?? '', reason);
    assert.is(outcome.result.summary.tunnelPackets, 0);
  });
}

test('Teredo on the port of an overlay over UDP is judged as one of its packets only if it is one', async () => {
  const own = frame(ipv4(udp(ipv6()), { protocol: 17 }));
  const teredo = outer(udp(ipv6({ source: '2001:0:1::1', destination: '2001:db8::1' })), 17);
  const { findings, outcome, notJudged } = await checkBytes([captureOf([own, teredo])], {
    profile: 'overlay,encap=fou:3544',
  });
  assert.equal(findings, []);
  assert.is(outcome.result.summary.tunnelPackets, 1);
  assert.match(Object.keys(notJudged).join(), /another overlay/);
});

test.run();
