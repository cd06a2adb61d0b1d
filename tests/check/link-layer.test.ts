import { assert, suite } from '../support/suite.ts';
import { bytesOf, ipv4, ipv6, tunnelled, word } from '../rules/handmade.ts';
import { captureOf, checkBytes, withType } from './support.ts';

const test = suite('check/link-layer');

const good = ipv4(ipv6());
const bad = ipv4(ipv6(), { checksum: 0x1234 });
const mplsLabel = (label: number, isLast: boolean): number[] => [
  label >>> 12,
  (label >>> 4) & 0xff,
  isLast ? 1 : 0,
  64,
];
const PPPOE = [0x11, 0, 0, 1];

/** How a packet stands in a frame of each kind. */
const FRAMES: readonly (readonly [string, number, (packet: Uint8Array) => Uint8Array])[] = [
  ['Ethernet', 1, (packet) => withType(0x0800, packet)],
  ['a VLAN', 1, (packet) => withType(0x8100, bytesOf(word(7), word(0x0800), packet))],
  ['QinQ', 1, (packet) => withType(0x88a8, bytesOf(word(7), word(0x8100), word(8), word(0x0800), packet))],
  [
    'three VLAN tags',
    1,
    (packet) => withType(0x9100, bytesOf(word(7), word(0x8100), word(8), word(0x8100), word(9), word(0x0800), packet)),
  ],
  ['MPLS', 1, (packet) => withType(0x8847, bytesOf(mplsLabel(100, false), mplsLabel(200, true), packet))],
  ['PPPoE', 1, (packet) => withType(0x8864, bytesOf(PPPOE, word(packet.length + 2), word(0x0021), packet))],
  [
    'PPPoE in a VLAN',
    1,
    (packet) => withType(0x8100, bytesOf(word(7), word(0x8864), PPPOE, word(packet.length + 2), word(0x0021), packet)),
  ],
  ['LLC and SNAP', 1, (packet) => withType(packet.length + 8, bytesOf(0xaa, 0xaa, 3, 0, 0, 0, word(0x0800), packet))],
  ['Linux cooked', 113, (packet) => bytesOf(word(3), word(1), word(6), new Uint8Array(8), word(0x0800), packet)],
  [
    'Linux cooked v2',
    276,
    (packet) => bytesOf(word(0x0800), word(0), 0, 0, 0, 2, word(1), 3, 6, new Uint8Array(8), packet),
  ],
  ['raw IP', 101, (packet) => packet],
  ['raw IPv4', 228, (packet) => packet],
  ['raw IP of a BSD', 12, (packet) => packet],
  ['raw IP of OpenBSD', 14, (packet) => packet],
  ['BSD loopback, little-endian', 0, (packet) => bytesOf(2, 0, 0, 0, packet)],
  ['BSD loopback, big-endian', 0, (packet) => bytesOf(0, 0, 0, 2, packet)],
  ['OpenBSD loopback', 108, (packet) => bytesOf(0, 0, 0, 2, packet)],
];

for (const [what, linkType, wrap] of FRAMES) {
  test(`tunnel packets in ${what} are judged, and their bytes found`, async () => {
    const places: (number | undefined)[] = [];
    const { findings, outcome, notJudged } = await checkBytes([captureOf([good, bad, good].map(wrap), { linkType })], {
      profile: 'overlay',
      sinks: [{ found: (found) => void places.push(...found.findings.map(({ offset }) => offset)) }],
    });
    assert.equal(findings, ['2 encap.header-checksum']);
    assert.equal(places, [wrap(bad).length - bad.length + 10]);
    assert.is(outcome.result.summary.tunnelPackets, 3);
    assert.equal(notJudged, {});
  });

  test(`frames in ${what} that are cut anywhere are no violation and no crash`, async () => {
    const whole = wrap(good);
    const frames = Array.from({ length: whole.length }, (_, length) => ({
      bytes: whole.subarray(0, length),
      originalLengthBytes: whole.length,
    }));
    const { findings, outcome } = await checkBytes([captureOf(frames, { linkType })], { profile: 'overlay' });
    assert.equal(findings, []);
    assert.is(outcome.result.summary.snappedFrames, whole.length);
  });
}

test('raw IPv6 and IPv6 in cooked captures hold no tunnel packet of an overlay over IPv4', async () => {
  const { outcome } = await checkBytes([captureOf([ipv6()], { linkType: 229 })], { profile: 'overlay' });
  assert.is(outcome.result.summary.tunnelPackets, 0);
});

test('the packet type of a cooked capture says which way a frame went', async () => {
  const cooked = (type: number): Uint8Array =>
    bytesOf(word(type), word(1), word(6), new Uint8Array(8), word(0x0800), ipv4(ipv6({ trafficClass: 0xb8 })));
  const received = await checkBytes([captureOf([cooked(0)], { linkType: 113 })], { profile: 'overlay' });
  assert.equal(received.findings, []);
  const sent = await checkBytes([captureOf([cooked(4)], { linkType: 113 })], { profile: 'overlay' });
  assert.equal(sent.findings, ['1 dscp-ecn.traffic-class-copy']);
});

test('a link type that is not known is counted, not guessed', async () => {
  const { notJudged, outcome } = await checkBytes([captureOf([tunnelled(), tunnelled()], { linkType: 105 })], {
    profile: 'overlay',
  });
  assert.equal(notJudged, { 'link type 105 is not known here': 2 });
  assert.is(outcome.result.summary.tunnelPackets, 0);
});

test('MACsec, and MPLS without IP inside, are counted', async () => {
  const { notJudged } = await checkBytes(
    [
      captureOf([
        withType(0x88e5, new Uint8Array(40)),
        withType(0x8847, bytesOf(mplsLabel(1, true), new Uint8Array(20))),
      ]),
    ],
    { profile: 'overlay' },
  );
  assert.equal(notJudged, {
    'inside MACsec, encrypted': 1,
    'inside MPLS without IP directly behind the labels': 1,
  });
});

test.run();
