import { assert, suite } from '../../support/suite.ts';
import {
  bytesOf,
  checksum,
  frame,
  icmpv6,
  ipv4,
  ipv6,
  POD,
  REMOTE_POD,
  tunnelled,
  word,
  type InnerOptions,
} from '../handmade.ts';
import { contextOf, Feed, idsOf } from '../support.ts';
import { Ipv6Address } from '../../../harness/address/index.ts';
import { BACK, TO_N1 } from './exchange.ts';

const test = suite('rules/both-sides/changed');

const OTHER_POD = 'fd5a:1234:5600:1::99';
const GATEWAY = 'fd5a:1234:5600:1::1';
/** What a check of two captures knows: no marks, and frames that a network card may have had to finish. */
const feedOf = (): Feed => new Feed({ ...contextOf('overlay'), hasNoMarks: true, capturedBeforeOffload: true });
const pseudoHeader = (source: string, destination: string, length: number, protocol: number): Uint8Array =>
  bytesOf(Ipv6Address.parse(source).bytes, Ipv6Address.parse(destination).bytes, 0, 0, word(length), 0, 0, 0, protocol);

/** UDP with a right checksum, and content that no other packet has. */
function datagram(content: string, { source = POD, destination = REMOTE_POD }: InnerOptions = {}): Uint8Array {
  const data = new TextEncoder().encode(content);
  const bytes = bytesOf(word(41_000), word(41_001), word(8 + data.length), 0, 0, data);
  bytes.set(word(checksum(pseudoHeader(source, destination, bytes.length, 17), bytes)), 6);
  return bytes;
}

/** A TCP segment with an MSS option, and with a right checksum. */
function syn(mss: number, sequence: number): Uint8Array {
  const bytes = bytesOf(word(41_000), word(443), 0, 0, word(sequence), 0, 0, 0, 0, 0x60, 2, word(6000), 0, 0, 0, 0);
  const segment = bytesOf(bytes, 2, 4, word(mss));
  segment.set(word(checksum(pseudoHeader(POD, REMOTE_POD, segment.length, 6), segment)), 16);
  return segment;
}

const packet = (content: string, options: InnerOptions = {}): InnerOptions => ({
  payload: datagram(content, options),
  ...options,
});
const late = (feed: Feed): string[] => idsOf(feed.engine.finish());

test('an inner packet whose payload was damaged is recognised by the checksum that does not fit any more', () => {
  const feed = feedOf();
  const sent = packet('a content of this packet alone');
  feed.in(frame(ipv6({ ...sent, hopLimit: 64 })));
  feed.in(frame(ipv6({ ...packet('another packet'), hopLimit: 64 })));
  const damaged = bytesOf(sent.payload ?? []);
  damaged[20] = 0xff;
  assert.equal(feed.out(tunnelled({ ...sent, payload: damaged })), []);
  assert.equal(late(feed), ['encap.inner-unchanged']);
  assert.is(feed.engine.unpairedOutputs, 0);
});

test('a source that was rewritten is recognised by label and content', () => {
  const feed = feedOf();
  feed.in(frame(ipv6({ ...packet('behind another address'), hopLimit: 64 })));
  feed.out(tunnelled(packet('behind another address', { source: OTHER_POD })));
  assert.equal(late(feed), ['encap.inner-unchanged', 'kubernetes.no-nat']);
});

test('the packet inside that comes out alone is recognised', () => {
  const feed = feedOf();
  const inside = ipv6({ ...packet('inside', BACK), ...BACK, hopLimit: 64 });
  const nested = { source: 'fd5a:1234:5600:2::77', destination: POD, nextHeader: 41, payload: inside };
  feed.in(frame(ipv4(ipv6({ ...nested, hopLimit: 64 }), TO_N1)), 'U');
  feed.out(frame(ipv6({ ...packet('inside', BACK), ...BACK, hopLimit: 63 })), 'P');
  assert.equal(late(feed), ['decap.one-level-only']);
});

test('a packet that comes out in two tunnel headers is recognised', () => {
  const feed = feedOf();
  const sent = packet('twice around');
  feed.in(frame(ipv6({ ...sent, hopLimit: 64 })));
  const inner = ipv6({ ...sent, hopLimit: 63 });
  feed.out(tunnelled({ source: GATEWAY, destination: 'fd5a:1234:5600:2::1', nextHeader: 41, payload: inner }));
  assert.equal(late(feed), ['encap.exactly-once']);
});

const fragmentOf = (payload: Uint8Array, isMore: boolean): InnerOptions => ({
  nextHeader: 44,
  payload: bytesOf(17, 0, 0, isMore ? 1 : 0, 0, 0, 1, 2, payload),
});

test('a Fragment header that was added, and fragments that were put together, are recognised', () => {
  const added = feedOf();
  const whole = datagram('long enough to be cut into two pieces of their own');
  added.in(frame(ipv6({ payload: whole, hopLimit: 64 })));
  added.out(tunnelled(fragmentOf(whole.subarray(0, 32), true)));
  assert.equal(late(added), ['fragment.inner-never-added']);
  const joined = feedOf();
  joined.in(frame(ipv6({ ...fragmentOf(whole.subarray(0, 32), true), hopLimit: 64 })));
  joined.out(tunnelled({ payload: whole }));
  assert.equal(late(joined), ['fragment.inner-transit']);
});

test('an extension header that was taken off is recognised', () => {
  const feed = feedOf();
  const payload = datagram('behind destination options');
  const options = bytesOf(17, 0, 1, 4, 0, 0, 0, 0);
  feed.in(frame(ipv6({ nextHeader: 60, payload: bytesOf(options, payload), hopLimit: 64 })));
  feed.out(tunnelled({ payload }));
  assert.equal(late(feed), ['encap.inner-unchanged']);
});

test('a Packet Too Big with another MTU is recognised by what it quotes, a SYN with another MSS by its number', () => {
  const tooBig = feedOf();
  const quoted = ipv6(packet('too long for the path'));
  const message = (mtu: number): number[] => [2, 0, 0, 0, 0, 0, ...word(mtu), ...quoted];
  tooBig.in(frame(ipv4(icmpv6(message(1400), { ...BACK, hopLimit: 64 }), TO_N1)), 'U');
  tooBig.out(frame(icmpv6(message(1300), { ...BACK, hopLimit: 63 })), 'P');
  assert.equal(late(tooBig), ['mtu.inner-ptb-transparent']);
  const clamped = feedOf();
  clamped.in(frame(ipv6({ nextHeader: 6, payload: syn(1460, 7), hopLimit: 64 })));
  clamped.out(tunnelled({ nextHeader: 6, payload: syn(1420, 7) }));
  assert.equal(late(clamped), ['encap.inner-unchanged']);
});

test('a Parameter Problem about a packet in transit is recognised by what it quotes', () => {
  const feed = feedOf();
  const sent = ipv6({
    hopLimit: 64,
    nextHeader: 60,
    payload: bytesOf(17, 0, 0xc0, 4, 0, 0, 0, 0, datagram('options')),
  });
  feed.in(frame(sent));
  feed.out(frame(icmpv6(bytesOf(4, 2, 0, 0, 0, 0, 0, 42, sent), { source: GATEWAY, destination: POD })), 'P');
  assert.equal(late(feed), ['ipv6.transit-not-examined']);
});

test('two packets of one flow, of which either capture has lost one, are not taken for one that was changed', () => {
  const feed = feedOf();
  feed.in(frame(ipv6({ ...packet('number 1'), hopLimit: 64 })));
  feed.out(tunnelled(packet('number 2')));
  feed.in(frame(ipv6({ nextHeader: 6, payload: syn(1460, 7), hopLimit: 64 })));
  feed.out(tunnelled({ nextHeader: 6, payload: syn(1460, 8) }));
  assert.equal(late(feed), []);
  assert.is(feed.engine.unpairedOutputs, 2);
});

test('a packet that may have been made of either of two is counted, and not judged', () => {
  const feed = feedOf();
  for (const source of [POD, 'fd5a:1234:5600:1::11'])
    feed.in(frame(ipv6({ ...packet('the same of two pods', { source }), hopLimit: 64 })));
  feed.out(tunnelled(packet('the same of two pods', { source: OTHER_POD })));
  assert.equal(late(feed), []);
  assert.is(feed.engine.ambiguousOutputs, 1);
});

test('many packets that are all alike, and all changed, are counted without comparing each with each', () => {
  const feed = feedOf();
  for (let index = 0; index < 4000; index++) {
    feed.in(frame(ipv6({ ...packet('keep alive'), hopLimit: 64 })));
    feed.out(tunnelled(packet('keep alive', { source: OTHER_POD })));
    assert.equal(feed.engine.late(), []);
  }
  assert.equal(late(feed), []);
  assert.is(feed.engine.ambiguousOutputs, 4000);
});

test('two packets that differ in nothing but the label are told apart, or counted and not judged', () => {
  const both = (): Feed => {
    const feed = feedOf();
    for (const flowLabel of [1, 2]) feed.in(frame(ipv6({ ...packet('alike'), flowLabel, hopLimit: 64 })));
    return feed;
  };
  const right = both();
  assert.equal(right.out(tunnelled({ ...packet('alike'), flowLabel: 2 })), []);
  assert.is(right.judged('ipv6.flow-label-preserved'), 1);
  const wrong = both();
  assert.equal(wrong.out(tunnelled({ ...packet('alike'), flowLabel: 3 })), []);
  assert.is(wrong.engine.ambiguousOutputs, 1);
});

test('a checksum that the network card fills in is no difference, on whichever side it is missing', () => {
  const finished = datagram('offloaded');
  const unfinished = finished.slice();
  unfinished.set(word(0xffff - checksum(pseudoHeader(POD, REMOTE_POD, finished.length, 17))), 6);
  for (const [sent, seen] of [
    [unfinished, finished],
    [finished, unfinished],
    [unfinished, unfinished],
  ] as const) {
    const feed = feedOf();
    feed.in(frame(ipv6({ payload: sent, hopLimit: 64 })));
    assert.equal(feed.out(tunnelled({ payload: seen })), []);
    assert.equal(late(feed), []);
    assert.is(feed.judged('encap.inner-unchanged'), 1);
  }
  const wrong = finished.slice();
  wrong.set([0x12, 0x34], 6);
  const repaired = feedOf();
  repaired.in(frame(ipv6({ payload: wrong, hopLimit: 64 })));
  assert.equal(idsOf(repaired.out(tunnelled({ payload: finished }))), ['encap.inner-unchanged']);
});

test('what was changed is judged in a capture of any length, and its frame named', () => {
  const feed = feedOf();
  const found: string[] = [];
  for (let index = 0; index < 6000; index++) {
    const sent = packet(`packet ${index}`);
    feed.in(frame(ipv6({ ...sent, hopLimit: 64 })));
    feed.out(tunnelled(index === 10 ? packet(`packet ${index}`, { source: OTHER_POD }) : sent));
    for (const { requirement, frameNumber } of feed.engine.late()) found.push(`${frameNumber} ${requirement}`);
  }
  assert.equal(found.toSorted(), ['22 encap.inner-unchanged', '22 kubernetes.no-nat']);
  assert.equal(late(feed), []);
});

test.run();
