import { assert, suite } from '../../support/suite.ts';
import { bytesOf, inertPayload, ipv6, word, type InnerOptions } from '../handmade.ts';
import { exchange, type Exchange } from './exchange.ts';

const test = suite('rules/both-sides/pair-rules');
const changed = inertPayload.map((byte, at) => (at === 9 ? byte ^ 1 : byte));
const fragment = (last: number): InnerOptions => ({
  nextHeader: 44,
  payload: bytesOf(17, 0, word(1), 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, last),
});
const tooBig = (mtu: number): InnerOptions => ({
  nextHeader: 58,
  payload: bytesOf(2, 0, 0, 0, 0, 0, word(mtu), ipv6()),
});
const nested = ipv6({ source: 'fd5a:1234:5600:2::77', destination: 'fd5a:1234:5600:1::78' });

const EXAMPLES: readonly (readonly [string, Exchange, readonly string[]])[] = [
  ['nothing changed into the tunnel', { out: true, sent: {}, seen: {} }, []],
  ['nothing changed out of the tunnel', { out: false, sent: {}, seen: {} }, []],
  [
    'a payload byte changed into the tunnel',
    { out: true, sent: {}, seen: { payload: changed } },
    ['encap.inner-unchanged'],
  ],
  [
    'a payload byte changed out of the tunnel',
    { out: false, sent: {}, seen: { payload: changed } },
    ['decap.inner-unchanged'],
  ],
  ['traffic class cleared', { out: true, sent: { trafficClass: 0xb8 }, seen: {} }, ['encap.inner-unchanged']],
  [
    'inner ECN changed on the way in',
    { out: true, sent: { trafficClass: 2 }, seen: { trafficClass: 3 }, tos: 3 },
    ['dscp-ecn.ingress-table', 'encap.inner-unchanged'],
  ],
  [
    'source rewritten',
    { out: true, sent: {}, seen: { source: 'fd5a:1234:5600:1::1' } },
    ['encap.inner-unchanged', 'kubernetes.no-nat'],
  ],
  ['hop limit kept', { out: true, sent: {}, seen: { hopLimit: 64 } }, ['hop-limit.encap-decrement']],
  ['hop limit lowered twice', { out: false, sent: {}, seen: { hopLimit: 62 } }, ['hop-limit.decap-decrement']],
  ['flow label cleared', { out: false, sent: {}, seen: { flowLabel: 0 } }, ['ipv6.flow-label-preserved']],
  ['a zero flow label filled in', { out: true, sent: { flowLabel: 0 }, seen: { flowLabel: 9 } }, []],
  [
    'a Fragment header added',
    { out: true, sent: {}, seen: { nextHeader: 44, payload: bytesOf(17, 0, 0, 0, 0, 0, 0, 1, inertPayload) } },
    ['fragment.inner-never-added'],
  ],
  ['an inner fragment changed', { out: true, sent: fragment(8), seen: fragment(9) }, ['fragment.inner-transit']],
  [
    'an inner fragment reassembled',
    { out: false, sent: fragment(8), seen: { payload: new Uint8Array(40) } },
    ['fragment.inner-transit'],
  ],
  [
    'a Packet Too Big in transit rewritten',
    { out: false, sent: tooBig(1400), seen: tooBig(1380) },
    ['mtu.inner-ptb-transparent'],
  ],
  [
    'a second layer stripped',
    {
      out: false,
      sent: { nextHeader: 41, payload: nested },
      seen: { source: 'fd5a:1234:5600:2::77', destination: 'fd5a:1234:5600:1::78' },
    },
    ['decap.one-level-only'],
  ],
  [
    'a second layer kept',
    { out: false, sent: { nextHeader: 41, payload: nested }, seen: { nextHeader: 41, payload: nested } },
    [],
  ],
  ['a second layer added', { out: true, sent: {}, seen: { nextHeader: 41, payload: ipv6() } }, ['encap.exactly-once']],
  [
    'surplus bytes forwarded',
    { out: false, sent: {}, seen: {}, tail: new Uint8Array(17).fill(0xee), seenTail: new Uint8Array(17).fill(0xee) },
    ['decap.inner-length'],
  ],
  ['surplus bytes removed', { out: false, sent: {}, seen: {}, tail: new Uint8Array(17).fill(0xee) }, []],
  [
    'surplus bytes made payload',
    {
      out: false,
      sent: {},
      seen: { payload: bytesOf(inertPayload, new Uint8Array(17).fill(0xee)) },
      tail: new Uint8Array(17).fill(0xee),
    },
    ['decap.inner-length'],
  ],
  [
    'the outer DSCP copied inwards',
    { out: false, sent: {}, seen: { trafficClass: 0xb8 }, tos: 0xb8 },
    ['decap.inner-unchanged', 'dscp-ecn.egress-dscp-pipe'],
  ],
  [
    'ECT leaking into Not-ECT',
    { out: false, sent: {}, seen: { trafficClass: 2 }, tos: 2 },
    ['dscp-ecn.egress-not-ect-kept'],
  ],
  ['Not-ECT under CE forwarded', { out: false, sent: {}, seen: {}, tos: 3 }, ['dscp-ecn.egress-drop-not-ect-ce']],
  [
    'ECN merged although it is off',
    { out: false, sent: { trafficClass: 2 }, seen: { trafficClass: 3 }, tos: 3, profile: 'overlay,ecnDecap=off' },
    ['dscp-ecn.egress-table'],
  ],
  [
    'a Parameter Problem for a header in transit',
    {
      out: true,
      sent: { nextHeader: 60, payload: bytesOf(17, 0, 0xc0, 4, 0, 0, 0, 0, inertPayload) },
      seen: { nextHeader: 60, payload: bytesOf(17, 0, 0xc0, 4, 0, 0, 0, 0, inertPayload) },
    },
    [],
  ],
];

for (const [title, what, requirements] of EXAMPLES) {
  test(`${title}: ${requirements.length === 0 ? 'right' : requirements.join(' and ')}`, () => {
    assert.equal(exchange(what), [...requirements]);
  });
}

test('all 16 cells of the ECN egress table are judged by it', () => {
  // Rows: inner Not-ECT, ECT(1), ECT(0), CE; columns: outer in the same order; -1 is a drop.
  const table = [
    [0, 0, 0, -1],
    [1, 1, 1, 3],
    [2, 1, 2, 3],
    [3, 3, 3, 3],
  ];
  for (let inner = 0; inner < 4; inner++) {
    for (let outer = 0; outer < 4; outer++) {
      const expected = table[inner]?.[outer];
      for (let after = 0; after < 4; after++) {
        const found = exchange({
          out: false,
          sent: { trafficClass: inner },
          seen: { trafficClass: after },
          tos: outer,
        });
        assert.is(
          found.length === 0,
          after === expected,
          `inner ${inner}, outer ${outer}, after ${after}: ${found.join()}`,
        );
      }
    }
  }
});

test.run();
