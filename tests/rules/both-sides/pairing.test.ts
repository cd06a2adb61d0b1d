import { assert, suite } from '../../support/suite.ts';
import {
  bytesOf,
  frame,
  icmpv6,
  inertPayload,
  ipv4,
  ipv6,
  POD,
  REMOTE_POD,
  tunnelled,
  word,
  type InnerOptions,
} from '../handmade.ts';
import { contextOf, Feed, idsOf, strangersContext } from '../support.ts';
import { BACK, MARK, TO_N1 } from './exchange.ts';

const test = suite('rules/both-sides/pairing');

test('a packet that comes out twice violates encap.exactly-once, one that was sent twice does not', () => {
  for (const mark of [undefined, MARK]) {
    const feed = new Feed(contextOf('overlay'));
    feed.in(frame(ipv6({ hopLimit: 64 })), 'P', mark);
    feed.in(frame(ipv6({ hopLimit: 64 })), 'P', mark);
    assert.equal(feed.out(tunnelled(), 'U', mark), []);
    assert.equal(feed.out(tunnelled(), 'U', mark), []);
    assert.equal(idsOf(feed.out(tunnelled(), 'U', mark)), ['encap.exactly-once']);
    assert.is(feed.judged('encap.exactly-once'), 3);
  }
});

test('a tunnel packet on the pod port violates encap.exactly-once', () => {
  const feed = new Feed(contextOf('overlay'));
  feed.in(frame(ipv6({ hopLimit: 64 })), 'P', MARK);
  assert.equal(idsOf(feed.out(tunnelled(), 'P', MARK)), ['encap.exactly-once']);
});

test('a delivered packet on the underlay port violates decap.basic', () => {
  const feed = new Feed(contextOf('overlay'));
  feed.in(frame(ipv4(ipv6({ ...BACK, hopLimit: 64 }), TO_N1)), 'U', MARK);
  assert.equal(idsOf(feed.out(frame(ipv6(BACK)), 'U', MARK)), ['decap.basic']);
});

test('link padding of the outer frame that is forwarded violates decap.link-padding', () => {
  const feed = new Feed(contextOf('overlay'));
  const junk = new Uint8Array(50).fill(0xee);
  feed.in(bytesOf(frame(ipv4(ipv6({ ...BACK, hopLimit: 64 }), TO_N1)), junk), 'U', MARK);
  assert.equal(idsOf(feed.out(bytesOf(frame(ipv6(BACK)), junk), 'P', MARK)), ['decap.link-padding']);
});

test('padding of a short frame to the Ethernet minimum is right', () => {
  const feed = new Feed(contextOf('overlay'));
  const short = { ...BACK, nextHeader: 59, payload: new Uint8Array(0) };
  feed.in(bytesOf(frame(ipv4(ipv6({ ...short, hopLimit: 64 }), TO_N1)), new Uint8Array(6).fill(0xee)), 'U', MARK);
  assert.equal(feed.out(bytesOf(frame(ipv6(short)), new Uint8Array(6)), 'P', MARK), []);
  assert.is(feed.judged('decap.link-padding'), 1);
});

test('packets of a flow that change places violate ipv6.flow-order, those of two flows do not', () => {
  const numbered = (index: number, flowLabel: number, hopLimit: number): InnerOptions => ({
    flowLabel,
    hopLimit,
    payload: bytesOf(inertPayload, word(index)),
  });
  const same = new Feed(contextOf('overlay'));
  for (const index of [1, 2, 3]) same.in(frame(ipv6(numbered(index, 5, 64))));
  for (const index of [1, 3]) assert.equal(same.out(tunnelled(numbered(index, 5, 63))), []);
  assert.equal(idsOf(same.out(tunnelled(numbered(2, 5, 63)))), ['ipv6.flow-order']);
  const two = new Feed(contextOf('overlay'));
  for (const index of [1, 2]) two.in(frame(ipv6(numbered(index, index, 64))));
  for (const index of [2, 1]) assert.equal(two.out(tunnelled(numbered(index, index, 63))), []);
});

test('a Parameter Problem of the DUT about a packet in transit violates ipv6.transit-not-examined', () => {
  const feed = new Feed(contextOf('overlay'));
  const sent = ipv6({ hopLimit: 64, nextHeader: 60, payload: bytesOf(17, 0, 0xc0, 4, 0, 0, 0, 0, inertPayload) });
  feed.in(frame(ipv4(ipv6({ ...BACK, hopLimit: 64, nextHeader: 253 }), TO_N1)), 'U', 1);
  feed.in(frame(sent), 'P', 2);
  const problem = (source: string, destination: string): Uint8Array =>
    icmpv6(bytesOf(4, 2, 0, 0, 0, 0, 0, 42, sent), { source, destination });
  assert.equal(idsOf(feed.out(frame(problem('fd5a:1234:5600:1::1', POD)), 'P', 2)), ['ipv6.transit-not-examined']);
  assert.equal(idsOf(feed.out(frame(ipv4(problem('fd5a:1234:5600:1::1', REMOTE_POD))), 'U', 1)), [
    'ipv6.transit-not-examined',
  ]);
  assert.equal(feed.out(frame(problem(REMOTE_POD, POD)), 'P', 2), [], 'one of a pod is none of its business');
});

test('answers and errors with the mark of a stimulus are not taken for it', () => {
  const feed = new Feed(contextOf('overlay'));
  const sent = ipv6({ ...BACK, hopLimit: 64 });
  feed.in(frame(ipv4(sent, TO_N1)), 'U', MARK);
  const error = icmpv6(bytesOf(1, 3, 0, 0, 0, 0, 0, 0, sent), {
    source: 'fd5a:1234:5600:1::1',
    destination: REMOTE_POD,
    hopLimit: 64,
  });
  assert.equal(feed.out(frame(ipv4(error)), 'U', MARK), []);
  assert.equal(feed.out(frame(error), 'P', MARK), []);
  feed.in(
    frame(icmpv6([128, 0, 0, 0, 0, 1, 0, 1, 5, 5], { source: POD, destination: 'fd5a:1234:5600:1::1', hopLimit: 64 })),
    'P',
    78,
  );
  assert.equal(
    feed.out(
      frame(
        icmpv6([129, 0, 0, 0, 0, 1, 0, 1, 5, 5], { source: 'fd5a:1234:5600:1::1', destination: POD, hopLimit: 64 }),
      ),
      'P',
      78,
    ),
    [],
  );
});

test('an ICMPv6 error between pods is a packet like any other', () => {
  const error = (options: InnerOptions): Uint8Array => icmpv6(bytesOf(1, 4, 0, 0, 0, 0, 0, 0, ipv6()), options);
  const feed = new Feed(contextOf('overlay'));
  feed.in(frame(error({ hopLimit: 64 })), 'P', MARK);
  assert.equal(feed.out(frame(ipv4(error({ hopLimit: 63 }))), 'U', MARK), []);
  assert.is(feed.judged('encap.inner-unchanged'), 1);
});

test('several different packets with one mark are only judged where it is sure which is which', () => {
  const feed = new Feed(contextOf('overlay'));
  feed.in(frame(ipv6({ hopLimit: 64 })), 'P', MARK);
  feed.in(frame(ipv6({ hopLimit: 64, destination: 'fd5a:1234:5600:2::11' })), 'P', MARK);
  assert.equal(feed.out(tunnelled({ destination: 'fd5a:1234:5600:2::12' }), 'U', MARK), []);
  assert.is(feed.judged('encap.inner-unchanged'), 0);
});

test('a capture without directions is judged by the prefix of the node, and not at all without it', () => {
  const known = new Feed({ ...strangersContext('overlay'), ...pick(contextOf('overlay')) });
  known.unknown(frame(ipv6({ hopLimit: 64 })));
  assert.equal(idsOf(known.unknown(tunnelled({ hopLimit: 64 }))), ['hop-limit.encap-decrement']);
  known.unknown(frame(ipv4(ipv6({ ...BACK, hopLimit: 64 }), TO_N1)));
  assert.equal(idsOf(known.unknown(frame(ipv6({ ...BACK, hopLimit: 64 })))), ['hop-limit.decap-decrement']);
  const stranger = new Feed(strangersContext('overlay'));
  stranger.unknown(frame(ipv6({ hopLimit: 64 })));
  assert.equal(stranger.unknown(tunnelled({ hopLimit: 64 })), []);
});

function pick({ nodePrefix, dutIpv4, tunnelSource }: ReturnType<typeof contextOf>) {
  if (nodePrefix === undefined || dutIpv4 === undefined || tunnelSource === undefined)
    throw new TypeError('a lab knows these');
  return { nodePrefix, dutIpv4, tunnelSource };
}

test('what was pushed out of the bounded table is not judged any more, the rest is', () => {
  const feed = new Feed(contextOf('overlay'));
  for (let index = 0; index < 6000; index++)
    feed.in(frame(ipv6({ hopLimit: 64, payload: bytesOf(inertPayload, word(index)) })));
  assert.equal(feed.out(tunnelled({ hopLimit: 64, payload: bytesOf(inertPayload, word(3)) })), []);
  assert.equal(idsOf(feed.out(tunnelled({ hopLimit: 64, payload: bytesOf(inertPayload, word(5000)) }))), [
    'hop-limit.encap-decrement',
  ]);
});

test('a segment that is sent again with another ECN field is not taken for the first one, which did not come out', () => {
  const feed = new Feed({ ...contextOf('overlay'), hasNoMarks: true, capturedBeforeOffload: true });
  for (const trafficClass of [2, 0]) feed.in(frame(ipv6({ trafficClass, hopLimit: 64 })), 'P');
  assert.equal(feed.out(tunnelled({ trafficClass: 0 })), []);
  for (const [outer, inner] of [
    [3, 2],
    [2, 2],
  ] as const)
    feed.in(frame(ipv4(ipv6({ ...BACK, trafficClass: inner, hopLimit: 64 }), { ...TO_N1, tos: outer })), 'U');
  assert.equal(feed.out(frame(ipv6({ ...BACK, trafficClass: 2 })), 'P'), []);
  assert.equal(feed.out(frame(ipv6({ ...BACK, trafficClass: 3 })), 'P'), []);
});

test('a queue of a node in a capture may mark congestion on the way in and out, and clears nothing', () => {
  const node = (): Feed => new Feed({ ...contextOf('overlay'), hasNoMarks: true, capturedBeforeOffload: true });
  const marked = (before: number, after: number, tos: number, isOut: boolean): string[] => {
    const feed = node();
    if (isOut) {
      feed.in(frame(ipv6({ trafficClass: before, hopLimit: 64 })), 'P');
      feed.out(tunnelled({ trafficClass: after }, { tos }));
    } else {
      feed.in(frame(ipv4(ipv6({ ...BACK, trafficClass: before, hopLimit: 64 }), { ...TO_N1, tos })), 'U');
      feed.out(frame(ipv6({ ...BACK, trafficClass: after })), 'P');
    }
    return idsOf(feed.findings);
  };
  assert.equal(marked(2, 3, 3, true), []);
  assert.equal(marked(2, 3, 2, false), []);
  assert.equal(marked(1, 3, 1, false), []);
  assert.equal(marked(2, 0, 0, true), ['dscp-ecn.ingress-table', 'encap.inner-unchanged']);
  assert.equal(marked(2, 2, 3, false), ['dscp-ecn.egress-table']);
  assert.equal(marked(0, 3, 0, false), ['dscp-ecn.egress-not-ect-kept']);
});

test.run();
