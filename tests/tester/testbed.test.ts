import {
  build,
  ethernet,
  ethernetDestination,
  ethernetSource,
  icmpv6Error,
  ipv6,
  ipv6Destination,
  ipv6Source,
  PROTOCOL,
} from '../../harness/packet/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import type { Testbed } from '../../harness/tester/testbed-contract.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { SkipSignal } from '../../harness/tester/skip-signal.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import type { CaseObservations } from '../../harness/tester/testbed-contract.ts';
import { assert, suite } from '../support/suite.ts';
import { ScriptedNode, type Emission, type Script } from './support/scripted-node.ts';

const test = suite('tester/testbed');

interface Played {
  readonly observed: CaseObservations;
  readonly testbed: Testbed;
  readonly node: ScriptedNode;
}

/** Plays one case against a scripted DUT. */
const play = async (
  script: Script | undefined,
  run: (t: TestContext, node: ScriptedNode) => Promise<void>,
): Promise<Played> => {
  const node = new ScriptedNode(script);
  const testbed = await createTestbed({ session: node, profile: parseProfile('overlay'), seed: '1' });
  await testbed.up();
  const scope = testbed.begin('test.case');
  await run(scope.context, node);
  return { observed: scope.finish(), testbed, node };
};

/** Whether a frame comes from the case: a fence is an ordinary packet, so the tests mark theirs by traffic class. */
const isMine = (port: string, frame: Uint8Array): boolean => {
  const at = port === 'P' ? 14 : 34;
  return frame.length > at + 2 && ((frame[at] ?? 0) & 0x0f) === 0x0f && (frame[at] ?? 0) >> 4 === 6;
};
const MINE = { trafficClass: 0xf0 };

/** Address unreachable, to the sender of a frame on P. */
const reportOf = (frame: Uint8Array): Emission => {
  const addresses = { source: ipv6Destination(frame, 14), destination: ipv6Source(frame, 14) };
  const link = ethernet({ source: ethernetDestination(frame), destination: ethernetSource(frame) });
  return ['P', build(link, ipv6(addresses), icmpv6Error({ type: 1, code: 3, quoted: frame.subarray(14) }))];
};

test('a forwarder passes a positive expectation both ways, and the packet is handed out whole', async () => {
  const { observed } = await play(undefined, async (t) => {
    const out = t.fromPod({ ...MINE, lengthBytes: 200 });
    const back = t.fromTunnel({ ...MINE, lengthBytes: 300 });
    const seen = await t.exchange(out, back);
    const packet = t.expectTunnelled(seen, out, { outerDestination: t.lab.n2.ipv4 });
    assert.is(packet?.inner.length, 200);
    assert.is(packet?.outer.protocol, 41);
    t.expectBytes('inner packet', packet?.inner ?? new Uint8Array(0), out.inner);
    const delivered = t.expectDelivered(seen, back);
    assert.equal(delivered?.packet, back.inner);
  });
  assert.equal(observed.violations, []);
  assert.equal(observed.doubts, []);
  assert.is(observed.judgements, 4);
});

test('a DUT that drops what it should drop passes the sandwich', async () => {
  const { observed } = await play(
    (port, frame, forward) => (isMine(port, frame) ? [] : forward()),
    async (t) => {
      await t.expectSilence([t.fromPod(MINE), t.fromTunnel(MINE)]);
    },
  );
  assert.equal(observed.violations, []);
  assert.equal(observed.doubts, []);
});

test('a DUT that forwards what it should drop fails the sandwich, with the frame that shows it', async () => {
  const { observed, testbed } = await play(undefined, async (t) => {
    await t.expectSilence(t.fromTunnel(MINE));
  });
  assert.is(observed.violations.length, 1);
  const number = observed.violations[0]?.frameNumber ?? 0;
  assert.is(testbed.recorder.frame(number)?.port, 'P');
  assert.is(observed.violations[0]?.requirement, 'test.case');
});

test('a dead DUT passes nothing: silence and delivery are both in doubt', async () => {
  const { observed } = await play(
    () => [],
    async (t) => {
      const stimulus = t.fromPod(MINE);
      t.expectTunnelled(await t.exchange(stimulus), stimulus);
      await t.expectSilence(t.fromTunnel(MINE));
    },
  );
  assert.equal(observed.violations, []);
  assert.ok(observed.doubts.length >= 2);
  assert.match(observed.doubts[0]?.reason ?? '', 'does not answer at all');
});

test('a DUT that answers ARP and forwards nothing fails a delivery, and silence stays in doubt', async () => {
  const { observed } = await play(
    (_port, frame, forward) =>
      forward().filter(([, out]) => out.length !== frame.length + 20 && out.length !== frame.length - 20),
    async (t) => {
      const stimulus = t.fromTunnel({ ...MINE, lengthBytes: 120 });
      t.expectDelivered(await t.exchange(stimulus), stimulus);
      await t.expectSilence(t.fromPod({ ...MINE, lengthBytes: 120 }));
    },
  );
  assert.is(observed.violations.length, 1);
  assert.match(observed.violations[0]?.actual ?? '', 'nothing');
  assert.ok(observed.doubts.some(({ reason }) => reason.includes('Absence cannot be proven')));
});

test('a DUT that reports every packet and forwards it all the same has an open path', async () => {
  const { observed } = await play(
    (port, frame, forward, node) => {
      const emissions = forward();
      if (port !== 'P' || frame[20] !== PROTOCOL.UDP) return emissions;
      void node.clock.sleep(2).then(() => {
        node.emit(...emissions);
      });
      return [reportOf(frame)];
    },
    async (t) => {
      const seen = await t.exchange(t.fromPod(), t.fromTunnel());
      for (const stimulus of seen.stimuli)
        t.expectEqual('ways out', seen.of(stimulus).filter(({ port }) => port !== stimulus.port).length, 1);
      t.expectNothing(seen, t.fromPod());
    },
  );
  assert.equal(observed.violations, []);
  assert.equal(observed.doubts, []);
});

test('a duplicate is a violation of "exactly one"', async () => {
  const { observed } = await play(
    (port, frame, forward) => (isMine(port, frame) ? [...forward(), ...forward()] : forward()),
    async (t) => {
      const stimulus = t.fromPod(MINE);
      t.expectTunnelled(await t.exchange(stimulus), stimulus);
    },
  );
  assert.is(observed.violations.length, 1);
});

test('a packet that comes out after its case is charged to that case', async () => {
  const { observed, testbed } = await play(
    (port, frame, forward, node) => {
      if (!isMine(port, frame)) return forward();
      const late = forward();
      // This DUT answers nothing of its own, which it is given two seconds for.
      node.clock.setTimer(2400, () => {
        node.emit(...late);
      });
      return [];
    },
    async (t) => {
      await t.expectSilence(t.fromPod(MINE));
    },
  );
  assert.equal(observed.violations, []);
  const late = await testbed.lateFrames();
  assert.equal(
    late.map(({ caseId }) => caseId),
    ['test.case'],
  );
  assert.match(late[0]?.description ?? '', 'from pod');
  assert.equal(await testbed.lateFrames(), []);
});

test('a packet that waits for address resolution is still seen in its own exchange', async () => {
  const { observed } = await play(
    (port, frame, forward, node) => {
      if (isMine(port, frame) && port === 'P') {
        // Asks for the neighbour first, and sends the packet when the answer is there.
        waiting.push(...forward());
        return [['U', arpRequest]];
      }
      const isReply = port === 'U' && frame[12] === 0x08 && frame[13] === 0x06 && frame[21] === 2;
      if (isReply) node.emit(...waiting.splice(0));
      return forward();
    },
    async (t) => {
      const stimulus = t.fromPod(MINE);
      t.expectTunnelled(await t.exchange(stimulus), stimulus);
    },
  );
  assert.equal(observed.violations, []);
});
const waiting: (readonly ['P' | 'U' | 'U2', Uint8Array])[] = [];
// Who has 10.0.0.9? Tell 10.0.0.1.
const arpRequest = Uint8Array.from(
  Buffer.from(
    'ffffffffffff0241000000020806' + '0001080006040001' + '024100000002' + '0a000001' + '000000000000' + '0a000009',
    'hex',
  ),
);

test('an ICMPv6 error about the stimulus is told from the stimulus, by its quote', async () => {
  const { observed } = await play(undefined, async (t) => {
    const stimulus = t.fromTunnel({ ...MINE });
    const seen = await t.exchange(stimulus);
    assert.is(seen.icmpv6Errors(stimulus).length, 0);
    assert.is(seen.podPackets(stimulus).length, 1);
    t.expectNothing(seen, stimulus, { allow: [{ type: 1 }] });
  });
  assert.is(observed.violations.length, 1);
});

test('a case that judges nothing is visible', async () => {
  const { observed } = await play(undefined, async (t) => {
    await t.exchange(t.fromPod());
  });
  assert.is(observed.judgements, 0);
});

test('a restart merges its changes into the set-up, starts a new segment, and a refusal ends the case as skipped', async () => {
  const { observed, node } = await play(undefined, async (t, dut) => {
    await t.restart({ underlayMtuBytes: 1400, switches: { relay: 'configured' } });
    assert.is(t.underlayMtuBytes, 1400);
    assert.is(t.tunnelMtuBytes, 1380);
    assert.is(t.profile.switches.relay, 'configured');
    dut.refuses = 'no such mode';
    assert.equal(await t.tryRestart({}), { refused: 'no such mode' });
    await assert.rejects(t.restart(), SkipSignal);
  });
  assert.is(observed.restarted, true);
  assert.is(observed.segments.length >= 2, true);
  assert.is(node.setups[1]?.ports.U?.mtuBytes, 1400);
});

test('the same seed sends the same bytes', async () => {
  const frames = async (): Promise<string[]> => {
    const { testbed } = await play(undefined, async (t) => {
      await t.exchange(t.fromPod(), t.fromTunnel({ lengthBytes: 50 + t.random.int(100) }));
    });
    return testbed.recorder.frames.map(({ bytes }) => Buffer.from(bytes).toString('hex'));
  };
  assert.equal(await frames(), await frames());
});

test('a thousand stimuli in one exchange are all accounted for', async () => {
  const { observed } = await play(undefined, async (t) => {
    const stimuli = Array.from({ length: 1000 }, () => t.fromPod());
    const seen = await t.exchange(...stimuli);
    for (const stimulus of stimuli) t.expectTunnelled(seen, stimulus);
  });
  assert.is(observed.judgements, 1000);
  assert.equal(observed.violations, []);
});

test('what the target does not count ends a case as skip, in its own words', async () => {
  await assert.rejects(
    play(undefined, async (t) => {
      await t.stats();
    }),
    (error: unknown) => error instanceof SkipSignal && /it counts nothing/.test(error.reason),
  );
});

test('the lab of a second tunnel is there where the set-up has one', async () => {
  await play(undefined, async (t) => {
    assert.throws(() => t.secondLab, /second tunnel/);
    await t.restart({ secondTunnel: '6in4' });
    assert.is(t.secondLab.profile.mapping.kind, '6in4');
  });
});

test('a test bed that is disposed of leaves the frames of the session to the next one', async () => {
  const node = new ScriptedNode();
  const bed = (): Promise<Testbed> => createTestbed({ session: node, profile: parseProfile('overlay'), seed: '1' });
  const exchangeOn = async (testbed: Testbed): Promise<void> => {
    await testbed.up();
    const scope = testbed.begin('test.case');
    await scope.context.exchange(scope.context.fromPod());
    scope.finish();
  };
  const first = await bed();
  await exchangeOn(first);
  await first[Symbol.asyncDispose]();
  const recorded = first.recorder.frames.length;
  const second = await bed();
  await exchangeOn(second);
  assert.is.not(recorded, 0);
  assert.is(first.recorder.frames.length, recorded);
  assert.is(second.recorder.frames.length, recorded);
});

test.run();
