import { ruleIds } from '../../../harness/rules/index.ts';
import { assert, suite } from '../../support/suite.ts';
import { frame, ipv4, ipv6, tunnelled } from '../handmade.ts';
import { contextOf, Feed, idsOf } from '../support.ts';
import { ADDRESS_EXAMPLES } from './address-examples.ts';
import { ENCAP_EXAMPLES } from './encap-examples.ts';
import { OVERLAY } from './example.ts';
import { FIELD_EXAMPLES } from './field-examples.ts';
import { OTHER_ENCAPSULATION_EXAMPLES } from './other-encapsulation-examples.ts';
import { UDP_EXAMPLES } from './udp-examples.ts';

const test = suite('rules/passive');
const EXAMPLES = [
  ...ADDRESS_EXAMPLES,
  ...FIELD_EXAMPLES,
  ...ENCAP_EXAMPLES,
  ...UDP_EXAMPLES,
  ...OTHER_ENCAPSULATION_EXAMPLES,
];

for (const [title, profile, good, bad, requirements] of EXAMPLES) {
  test(`${title} under ${profile} violates ${requirements.join(' and ')}, and nothing else does`, () => {
    const feed = new Feed(contextOf(profile));
    assert.equal(feed.out(good), []);
    assert.equal(idsOf(feed.out(bad)), [...requirements]);
    for (const requirement of requirements)
      assert.ok(feed.judged(requirement) > 0, `${requirement} counts what it judged`);
    assert.equal(feed.in(bad, 'U'), [], 'what the tester sends is not judged');
  });
}

test('a finding says what is wrong and where', () => {
  const feed = new Feed(contextOf(OVERLAY));
  assert.equal(feed.out(tunnelled({}, { ttl: 0 })), [
    {
      requirement: 'hop-limit.outer-ttl-value',
      frameNumber: 1,
      expected: ['outer TTL 64, as configured'],
      actual: 'outer TTL 0',
      offset: 22,
      lengthBytes: 1,
      field: 'ipv4.ttl',
    },
  ]);
});

test('offsets count VLAN tags', () => {
  const feed = new Feed(contextOf(OVERLAY));
  assert.is(feed.out(frame(ipv4(ipv6(), { ttl: 0 }), { vlan: 5 }))[0]?.offset, 26);
});

const STATEFUL = [
  'encap.identification',
  'stateless.one-source-per-node',
  'udp.source-port-entropy',
  'udp.source-port-fixed',
  'udp.source-port-fragments',
  'udp.source-port-per-flow',
];
const BOTH_SIDES = [
  'decap.basic',
  'decap.inner-length',
  'decap.inner-unchanged',
  'decap.link-padding',
  'decap.one-level-only',
  'dscp-ecn.egress-drop-not-ect-ce',
  'dscp-ecn.egress-dscp-pipe',
  'dscp-ecn.egress-not-ect-kept',
  'dscp-ecn.egress-table',
  'encap.exactly-once',
  'encap.inner-unchanged',
  'fragment.inner-never-added',
  'fragment.inner-transit',
  'hop-limit.decap-decrement',
  'hop-limit.encap-decrement',
  'ipv6.flow-label-preserved',
  'ipv6.flow-order',
  'ipv6.transit-not-examined',
  'kubernetes.no-nat',
  'mtu.inner-ptb-transparent',
];

test('every rule has an example of a violation here, among the stateful rules or among those of both sides', () => {
  const covered = new Set([...EXAMPLES.flatMap(([, , , , requirements]) => requirements), ...STATEFUL, ...BOTH_SIDES]);
  assert.equal(
    ruleIds.filter((id) => !covered.has(id)),
    [],
  );
});

test.run();
