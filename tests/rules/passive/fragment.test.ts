import { assert, suite } from '../../support/suite.ts';
import { frame, ipv4, ipv6, tunnelled } from '../handmade.ts';
import { contextOf, Feed, idsOf, strangersContext } from '../support.ts';
import { large, none } from './example.ts';

const test = suite('rules/passive/fragment');

test('fragments of a right train give no findings, in any order', () => {
  const payload = ipv6({ payload: large });
  const piece = (start: number, end: number, more: boolean): Uint8Array =>
    frame(ipv4(payload.subarray(start, end), { identification: 9, flags: (more ? 0x2000 : 0) | (start / 8) }));
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    const feed = new Feed(contextOf('overlay,mtu=static:1280'));
    const pieces = [piece(0, 800, true), piece(800, 1200, true), piece(1200, 1340, false)];
    for (const index of order) assert.equal(feed.out(pieces[index] ?? none), []);
    assert.equal(feed.out(tunnelled({}, { flags: 0 })), []);
    assert.equal(feed.engine.finish(), []);
    assert.is(feed.judged('fragment.encap-train'), 3);
  }
});

test('every broken property of a train is found', () => {
  const payload = ipv6({ payload: large });
  const piece = (start: number, end: number, options: Parameters<typeof ipv4>[1]): Uint8Array =>
    frame(
      ipv4(payload.subarray(start, end), { identification: 9, ...options, flags: (options?.flags ?? 0) | (start / 8) }),
    );
  const broken = [
    [piece(0, 800, { flags: 0x2000 }), piece(800, 1340, { flags: 0x2000 })],
    [piece(0, 800, { flags: 0x2000 }), piece(800, 1340, { tos: 4 })],
    [piece(0, 800, { flags: 0x2000 }), piece(792, 1340, {})],
    [piece(0, 804, { flags: 0x2000 })],
    [piece(0, 800, { flags: 0x2000 }), piece(800, 1340, { checksum: 3 })],
    [piece(0, 800, { flags: 0x2000 }), piece(800, 1300, {})],
  ];
  for (const [index, frames] of broken.entries()) {
    const feed = new Feed(contextOf('overlay,mtu=static:1280'));
    for (const each of frames) feed.out(each);
    assert.ok(idsOf(feed.findings).includes('fragment.encap-train'), `train ${index}`);
    assert.ok(
      idsOf(feed.findings).every((id) => id === 'fragment.encap-train'),
      `train ${index} alone`,
    );
  }
});

test('fragments with different Identifications never make a packet, which the end shows', () => {
  const payload = ipv6({ payload: large });
  const feed = new Feed(contextOf('overlay,mtu=static:1280'));
  assert.equal(feed.out(frame(ipv4(payload.subarray(0, 800), { identification: 9, flags: 0x2000 }))), []);
  assert.equal(feed.out(frame(ipv4(payload.subarray(800), { identification: 10, flags: 100 }))), []);
  assert.equal(feed.out(tunnelled({}, { flags: 0, identification: 11 })), []);
  assert.equal(idsOf(feed.engine.finish()), ['fragment.encap-train', 'fragment.encap-train']);
});

test('a capture that ends within a train says nothing about it', () => {
  const feed = new Feed(contextOf('overlay,mtu=static:1280'));
  feed.out(frame(ipv4(ipv6({ payload: large }).subarray(0, 800), { flags: 0x2000 })));
  assert.equal(feed.engine.finish(), []);
});

const TRAIN = ipv6({ payload: large });
const pieceOf = (start: number, end: number, options: Parameters<typeof ipv4>[1] = {}): Uint8Array =>
  frame(
    ipv4(TRAIN.subarray(start, end), {
      identification: 9,
      ...options,
      flags: (end < TRAIN.length ? 0x2000 : 0) | (start / 8),
    }),
  );
const STATIC = 'overlay,mtu=static:1280';

test('each fragment of a train may be seen on two interfaces of the node', () => {
  const feed = new Feed(contextOf(STATIC));
  for (const piece of [pieceOf(0, 800), pieceOf(800, 1340)]) {
    for (let times = 0; times < 2; times++) assert.equal(feed.out(piece), []);
  }
  assert.equal(feed.out(tunnelled({}, { flags: 0 })), []);
  assert.equal(feed.engine.finish(), []);
});

test('the next train with the same Identification is not taken for the one before', () => {
  const feed = new Feed(contextOf(STATIC));
  for (const piece of [pieceOf(0, 800), pieceOf(800, 1340)]) assert.equal(feed.out(piece), []);
  const other = ipv6({ payload: large.map(() => 7) });
  const [first] = [frame(ipv4(other.subarray(0, 800), { identification: 9, flags: 0x2000 }))];
  feed.out(first);
  feed.out(tunnelled({}, { flags: 0 }));
  assert.equal(idsOf(feed.engine.finish()), ['fragment.encap-train']);
});

test('a router may cut fragments into smaller ones, and its capture has both', () => {
  const feed = new Feed({ ...strangersContext(STATIC), capturedBeforeOffload: true });
  const behind = { ttl: 63 };
  for (const piece of [
    pieceOf(0, 800),
    pieceOf(0, 400, behind),
    pieceOf(400, 800, behind),
    pieceOf(800, 1340),
    pieceOf(800, 1200, behind),
    pieceOf(1200, 1340, behind),
  ])
    assert.equal(feed.unknown(piece), []);
  assert.equal(feed.engine.finish(), []);
  feed.wait(20_000);
  assert.equal(feed.unknown(pieceOf(0, 800)), []);
  assert.equal(idsOf(feed.unknown(pieceOf(792, 1340))), ['fragment.encap-train']);
});

test('what comes long after a train that lost a piece is of another one', () => {
  const feed = new Feed({ ...strangersContext(STATIC), capturedBeforeOffload: true });
  assert.equal(feed.unknown(pieceOf(0, 800)), []);
  feed.wait(20_000);
  for (const piece of [pieceOf(0, 1000), pieceOf(1000, 1340)]) assert.equal(feed.unknown(piece), []);
});

test.run();
