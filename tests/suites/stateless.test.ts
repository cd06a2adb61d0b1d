import { startMemoryNode } from '../../harness/node/memory/index.ts';
import type { NodeSession } from '../../harness/node/node.ts';
import { arp } from '../../harness/packet/layers/arp.ts';
import { build } from '../../harness/packet/build.ts';
import { ethernet } from '../../harness/packet/layers/ethernet.ts';
import { hopByHopOptions } from '../../harness/packet/layers/ipv6-extension.ts';
import { icmpv6 } from '../../harness/packet/layers/icmpv6.ts';
import { ICMPV6_TYPE } from '../../harness/packet/icmpv6-types.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { runSuite } from '../../harness/runner/run-suite.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import type { Wire } from '../../harness/wire/wire.ts';
import { wrapWire } from '../../harness/wire/wrap.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { areas } from '../../suites/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('suites/stateless');

const SOURCE = '02:41:00:00:00:02';

/** What a kernel says of its groups some time after a link has come up (RFC 3810 section 5.2). */
const LISTENER_REPORT = build(
  ethernet({ source: SOURCE, destination: '33:33:00:00:00:16' }),
  ipv6({ source: '::', destination: 'ff02::16', hopLimit: 1 }),
  hopByHopOptions({ options: Uint8Array.of(5, 2, 0, 0) }),
  icmpv6({ type: ICMPV6_TYPE.MULTICAST_LISTENER_REPORT_V2, body: new Uint8Array(20) }),
);
const SEARCH = build(
  ethernet({ source: SOURCE, destination: 'ff:ff:ff:ff:ff:ff' }),
  arp({ operation: 1, senderProtocolAddress: '10.0.0.1', targetProtocolAddress: '10.7.7.7' }),
);

/** The reference, which says something of its own before every tenth frame on the underlay. */
const talkative = async (words: Uint8Array): Promise<NodeSession> => {
  const session = await startMemoryNode();
  let count = 0;
  const talk = (wire: Wire): Wire =>
    wrapWire(wire, {
      receive: (frame, timestampNs, forward) => {
        count += 1;
        if (count % 10 === 0) forward(words.slice(), timestampNs);
        forward(frame, timestampNs);
      },
    });
  const wires = new Map([...session.wires].map(([port, wire]) => [port, port === 'U' ? talk(wire) : wire]));
  return { ...session, wires };
};

const verdictOf = async (words: Uint8Array): Promise<string | undefined> => {
  const { cases } = await runSuite({
    registry: createRegistry(requirements, areas),
    target: 'reference',
    probeNonsense: false,
    profiles: [parseProfile('overlay')],
    filter: { caseGlobs: ['stateless.first-packet-out'] },
    seed: '1',
    repetitions: 1,
    startSession: () => talkative(words),
    createTestbed,
    toolVersion: 'test',
  });
  return cases.find(({ id }) => id === 'stateless.first-packet-out')?.verdict;
};

test('a node may tell of its groups while nobody is looked for', async () => {
  assert.is(await verdictOf(LISTENER_REPORT), 'pass');
});

test('asking for a peer is found', async () => {
  assert.is(await verdictOf(SEARCH), 'fail');
});

test.run();
