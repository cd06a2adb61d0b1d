import { assert, suite } from '../support/suite.ts';
import { bytesOf, checksum, inertPayload, inUdp, tunnelled, word } from './handmade.ts';
import { contextOf, Feed, idsOf, strangersContext } from './support.ts';

const test = suite('rules/stateful');
const FOU = 'overlay,encap=fou:3544';
const STATIC = 'overlay,mtu=static:1280';
const numbered = (index: number): { payload: Uint8Array } => ({
  payload: bytesOf(inertPayload, word(index >>> 16), word(index & 0xffff)),
});
const flow = (index: number): { payload: Uint8Array } => ({
  payload: bytesOf(word(10000 + index), inertPayload.subarray(2)),
});

test('a repeated Identification among packets with DF 0 violates encap.identification', () => {
  const feed = new Feed(contextOf(STATIC));
  assert.equal(feed.out(tunnelled(numbered(1), { flags: 0, identification: 5 })), []);
  assert.equal(feed.out(tunnelled(numbered(2), { flags: 0, identification: 6 })), []);
  assert.equal(idsOf(feed.out(tunnelled(numbered(3), { flags: 0, identification: 5 }))), ['encap.identification']);
});

test('an Identification may repeat with DF, to another destination, on the same packet seen twice, and after a while', () => {
  const dynamic = new Feed(contextOf('overlay'));
  for (let i = 0; i < 10; i++) assert.equal(dynamic.out(tunnelled(numbered(i), { identification: 0 })), []);
  const feed = new Feed(contextOf(STATIC));
  assert.equal(feed.out(tunnelled(numbered(1), { flags: 0, identification: 5 })), []);
  assert.equal(feed.out(tunnelled(numbered(1), { flags: 0, identification: 5 })), []);
  assert.equal(
    feed.out(
      tunnelled(
        { ...numbered(2), destination: 'fd5a:1234:5600:3::1' },
        { flags: 0, identification: 5, destination: '10.0.0.3' },
      ),
    ),
    [],
  );
  feed.wait(10_000);
  assert.equal(feed.out(tunnelled(numbered(3), { flags: 0, identification: 5 })), []);
});

test('a counter of 16 bits may come round, also when others share it', () => {
  const feed = new Feed(contextOf(STATIC));
  const own = tunnelled(numbered(0), { flags: 0 });
  const other = tunnelled(
    { ...numbered(0), destination: 'fd5a:1234:5600:3::1' },
    { flags: 0, destination: '10.0.0.3' },
  );
  for (let i = 0; i < 70_000; i += 1) {
    const bytes = i % 7 === 0 ? own : other;
    bytes.set([...word(i & 0xffff), ...bytes.subarray(20, 24), 0, 0], 18);
    bytes.set(word(checksum(bytes.subarray(14, 34))), 24);
    bytes.set(word(i & 0xffff), bytes.length - 2);
    assert.is(feed.out(bytes).length, 0);
  }
  assert.is(feed.judged('encap.identification'), 70_000);
});

/** A TCP segment of N1's pod with so many bytes of data. */
const tcp = (sequence: number, dataBytes: number): { nextHeader: number; payload: Uint8Array } => ({
  nextHeader: 6,
  payload: bytesOf(
    word(40000),
    word(443),
    [0, 0, ...word(sequence), 0, 0, 0, 1, 0x50, 0x10, 1, 0, ...word(dataBytes), 0, 0],
    new Uint8Array(dataBytes),
  ),
});

test('a packet seen twice is the same also where a short snap length leaves more of one than of the other', () => {
  const feed = new Feed({ ...strangersContext(STATIC), capturedBeforeOffload: true });
  for (const inner of [
    numbered(1),
    tcp(7, 900),
    { nextHeader: 58, payload: bytesOf(128, 0, 1, 2, 0, 1, 0, 1, new Uint8Array(99)) },
  ]) {
    const whole = tunnelled(inner, { flags: 0, identification: 5 + inner.payload.length });
    for (const [first, second] of [
      [100, 96],
      [96, 100],
      [200, 100],
      [64, 60],
    ] as const) {
      assert.equal(feed.unknown(whole.subarray(0, first)), []);
      assert.equal(feed.unknown(whole.subarray(0, second)), []);
    }
  }
});

test('other packets with the same Identification are found in spite of a short snap length', () => {
  const feed = new Feed({ ...strangersContext(STATIC), capturedBeforeOffload: true });
  const cut = (sequence: number): Uint8Array =>
    tunnelled(tcp(sequence, 900), { flags: 0, identification: 5 }).subarray(0, 96);
  assert.equal(feed.unknown(cut(1)), []);
  assert.equal(idsOf(feed.unknown(cut(901))), ['encap.identification']);
});

test('a packet of many segments and the first of them, behind a network card, are the same', () => {
  const feed = new Feed({ ...strangersContext(STATIC), capturedBeforeOffload: true });
  assert.equal(feed.unknown(tunnelled(tcp(1, 12_000), { flags: 0, identification: 5 })), []);
  assert.equal(feed.unknown(tunnelled(tcp(1, 1200), { flags: 0, identification: 5 })), []);
  assert.equal(feed.unknown(tunnelled(tcp(1201, 1200), { flags: 0, identification: 6 })), []);
  assert.equal(idsOf(feed.unknown(tunnelled(tcp(2401, 1200), { flags: 0, identification: 6 }))), [
    'encap.identification',
  ]);
});

test('a datagram of many segments and the first of them are the same, also where both are cut', () => {
  const datagram = (dataBytes: number, sum: number): { payload: Uint8Array } => ({
    payload: bytesOf(word(41000), word(41001), word(8 + dataBytes), word(sum), new Uint8Array(dataBytes).fill(sum)),
  });
  for (const snapBytes of [100, 128, 9999]) {
    const feed = new Feed({ ...strangersContext(STATIC), capturedBeforeOffload: true });
    const seen = (dataBytes: number, sum: number, fill: number): Uint8Array => {
      const bytes = tunnelled(datagram(dataBytes, sum), { flags: 0, identification: 5 });
      return bytes.fill(fill, 82).subarray(0, snapBytes);
    };
    assert.equal(feed.unknown(seen(8000, 1, 7)), []);
    assert.equal(feed.unknown(seen(1000, 2, 7)), []);
    const isShown = snapBytes > 100;
    assert.equal(idsOf(feed.unknown(seen(1000, 2, 8))), isShown ? ['encap.identification'] : []);
  }
});

test('a counter of 16 bits comes round sooner where a packet is many segments', () => {
  const feed = new Feed({ ...strangersContext(STATIC), capturedBeforeOffload: true });
  const bytes = tunnelled(tcp(0, 45 * 1400), { flags: 0 });
  let next = 0;
  for (let index = 0; index < 3000; index++) {
    bytes.set([...word(next), ...bytes.subarray(20, 24), 0, 0], 18);
    bytes.set(word(checksum(bytes.subarray(14, 34))), 24);
    bytes.set(word(index), 80);
    next = (next + 30 + ((index * 7919 + (index >> 3) * 104_729) % 17)) & 0xffff;
    assert.equal(feed.unknown(bytes), [], `packet ${index}`);
  }
  assert.is(feed.judged('encap.identification'), 3000);
});

test('the same Identification with 8 bits only is found', () => {
  const feed = new Feed(contextOf(STATIC));
  for (let i = 0; i < 300; i++) feed.out(tunnelled(numbered(i), { flags: 0, identification: i & 0xff }));
  assert.is(feed.findings.length, 44);
});

test('a second outer source of one node violates stateless.one-source-per-node once', () => {
  const feed = new Feed(strangersContext('overlay'));
  assert.equal(feed.unknown(tunnelled()), []);
  assert.equal(idsOf(feed.unknown(tunnelled({}, { source: '10.0.0.4' }))), [
    'security.egress-source-pair',
    'stateless.one-source-per-node',
  ]);
  assert.equal(idsOf(feed.unknown(tunnelled({}, { source: '10.0.0.4' }))), ['security.egress-source-pair']);
});

test('an outer TTL that follows the inner hop limit is found far from the node', () => {
  const feed = new Feed(strangersContext('overlay'));
  for (const hopLimit of [63, 254, 20]) assert.equal(feed.unknown(tunnelled({ hopLimit }, { ttl: hopLimit - 3 })), []);
  assert.equal(idsOf(feed.unknown(tunnelled({ hopLimit: 40 }, { ttl: 37 }))), ['hop-limit.outer-ttl-value']);
});

test('an outer TTL that changes with the route, or not with the hop limit, is right', () => {
  const feed = new Feed(strangersContext('overlay'));
  for (let i = 0; i < 50; i++) {
    assert.equal(feed.unknown(tunnelled({ hopLimit: 60 + (i % 4) }, { ttl: 58 })), []);
    assert.equal(feed.unknown(tunnelled({ hopLimit: 60 }, { ttl: 58 - (i % 3) })), []);
  }
});

test('few ports for many flows violate udp.source-port-entropy', () => {
  const feed = new Feed(contextOf(FOU));
  for (let i = 0; i < 200; i++) feed.out(inUdp(flow(i), { sourcePort: 50_000 + (i % 16) }));
  assert.equal(idsOf(feed.findings), ['udp.source-port-entropy']);
  const good = new Feed(contextOf(FOU));
  for (let i = 0; i < 400; i++) good.out(inUdp(flow(i), { sourcePort: 49_152 + ((i * 7919) % 16384) }));
  assert.equal(good.findings, []);
});

test('fewer flows than the sample say nothing about entropy', () => {
  const feed = new Feed(contextOf(FOU));
  for (let i = 0; i < 1000; i++) feed.out(inUdp(flow(i % 100)));
  assert.equal(feed.findings, []);
  assert.is(feed.judged('udp.source-port-entropy'), 0);
});

test('a changing port violates udp.source-port-fixed', () => {
  const feed = new Feed(contextOf(`${FOU},sourcePort=fixed`));
  assert.equal(feed.out(inUdp({}, { sourcePort: 3544 })), []);
  assert.equal(feed.out(inUdp(flow(1), { sourcePort: 3544 })), []);
  assert.equal(idsOf(feed.out(inUdp(flow(2), { sourcePort: 3545 }))), ['udp.source-port-fixed']);
});

test('a port per packet violates udp.source-port-per-flow, one change does not', () => {
  const feed = new Feed(contextOf(FOU));
  assert.equal(feed.out(inUdp({}, { sourcePort: 50_000 })), []);
  assert.equal(feed.out(inUdp({}, { sourcePort: 50_001 })), []);
  assert.equal(feed.out(inUdp({}, { sourcePort: 50_001 })), []);
  assert.equal(idsOf(feed.out(inUdp({}, { sourcePort: 50_002 }))), ['udp.source-port-per-flow']);
});

test('a flow may change its port every 30 s, and another flow label is another flow', () => {
  const feed = new Feed(contextOf(FOU));
  for (let i = 0; i < 10; i++) {
    feed.out(inUdp({}, { sourcePort: 50_000 + i }));
    feed.wait(30_000);
  }
  for (let i = 0; i < 10; i++) feed.out(inUdp({ flowLabel: i + 1 }, { sourcePort: 51_000 + i }));
  assert.equal(feed.findings, []);
});

test('different ports for the fragments of one inner packet violate udp.source-port-fragments', () => {
  const fragment = (offset: number, identification: number) => ({
    nextHeader: 44,
    payload: bytesOf(17, 0, word(offset << 3), 0, 0, word(identification), new Uint8Array(16)),
  });
  const feed = new Feed(contextOf(FOU));
  assert.equal(feed.out(inUdp(fragment(0, 1), { sourcePort: 50_000 })), []);
  assert.equal(feed.out(inUdp(fragment(2, 1), { sourcePort: 50_000 })), []);
  assert.equal(feed.out(inUdp(fragment(0, 2), { sourcePort: 50_001 })), []);
  assert.equal(idsOf(feed.out(inUdp(fragment(4, 1), { sourcePort: 50_001 }))), ['udp.source-port-fragments']);
});

test('inner packets whose Identifications and flow labels count up together are told apart', () => {
  const feed = new Feed(contextOf(FOU));
  for (let i = 1; i < 8; i++) {
    const payload = bytesOf(17, 0, word(1), 0, 0, word(i), new Uint8Array(16));
    feed.out(inUdp({ nextHeader: 44, flowLabel: 0x2f100 + i, payload }, { sourcePort: 50_000 + i }));
  }
  assert.equal(feed.findings, []);
  assert.is(feed.judged('udp.source-port-fragments'), 7);
});

test('an IPv4 packet that the DUT only forwards is not its own', () => {
  const feed = new Feed(contextOf('overlay'));
  const passing = tunnelled(
    { source: 'fd5a:1234:5600:3::1' },
    { source: '10.0.0.3', ttl: 9, identification: 77, flags: 0 },
  );
  feed.in(passing, 'U');
  assert.equal(
    feed.out(
      tunnelled({ source: 'fd5a:1234:5600:3::1' }, { source: '10.0.0.3', ttl: 8, identification: 77, flags: 0 }),
    ),
    [],
  );
  assert.is(feed.judged('encap.version-4'), 0);
});

test.run();
