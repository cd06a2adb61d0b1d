import { build } from '../../../harness/packet/build.ts';
import { payload } from '../../../harness/packet/layer.ts';
import { ethernet } from '../../../harness/packet/layers/ethernet.ts';
import { ipv6 } from '../../../harness/packet/layers/ipv6.ts';
import { MacAddress } from '../../../harness/packet/mac-address.ts';
import { createLab, targetSetup } from '../../../harness/lab/index.ts';
import type { Lab } from '../../../harness/lab/index.ts';
import { parseProfile } from '../../../harness/profile/index.ts';
import { startMemoryNode } from '../../../harness/node/memory/index.ts';
import type { NodeSession, UpOutcome } from '../../../harness/node/node.ts';
import { UnknownFaultError } from '../../../harness/reference/index.ts';
import { Players } from '../../../harness/tester/players.ts';
import type { PortName, Wire } from '../../../harness/wire/wire.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('node/memory');

const wireOf = (session: NodeSession, port: PortName): Wire => {
  const wire = session.wires.get(port);
  if (!wire) throw new Error(`expected a wire on port ${port}, found none`);
  return wire;
};

const macOf = (session: NodeSession, port: PortName): MacAddress =>
  MacAddress.parse(session.ports.get(port)?.macAddress ?? '');

const bringUp = async (session: NodeSession, text: string): Promise<{ lab: Lab; outcome: UpOutcome }> => {
  const dutMacs = { P: macOf(session, 'P'), U: macOf(session, 'U'), U2: macOf(session, 'U2') };
  const lab = createLab(parseProfile(text), { dutMacs });
  const setup = targetSetup(lab, {
    ports: session.ports,
    underlayMtuBytes: 1500,
    podMtuBytes: 1500,
    secondUnderlayPort: false,
    routesOverU2: [],
  });
  const players = new Players(lab);
  for (const [port, wire] of session.wires) {
    wire.onFrame((frame) => {
      const reply = players.replyTo(port, frame);
      if (reply) wire.send(reply);
    });
  }
  return { lab, outcome: await session.up(setup) };
};

/** Sends a packet of a pod and waits for an IPv4 packet on U. */
const reachesUnderlay = async (session: NodeSession, lab: Lab, timeoutMs = 1000): Promise<boolean> => {
  const u = wireOf(session, 'U');
  let forget = (): void => undefined;
  const arrival = new Promise<void>((resolve) => {
    forget = u.onFrame((frame) => {
      if (frame[12] === 8 && frame[13] === 0) resolve();
    });
  });
  const frame = build(
    ethernet({ source: lab.macOf(lab.n1.pod()), destination: macOf(session, 'P') }),
    ipv6({ source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 64, nextHeader: 59 }),
    payload(new Uint8Array(8)),
  );
  wireOf(session, 'P').send(frame);
  const reached = await session.clock.wait(arrival, timeoutMs);
  forget();
  return reached;
};

for (const text of ['overlay', '6rd', '6to4', '6in4', '6rd:fd5a:1234:5600::/40+10.0.0.0/8,encap=fou:3544']) {
  test(`carries a packet under ${text}`, async () => {
    await using session = await startMemoryNode({ seed: 3 });
    const { lab, outcome } = await bringUp(session, text);
    assert.is(outcome.kind, 'ready');
    assert.ok(await reachesUnderlay(session, lab));
  });
}

test('does nothing before it is brought up and after it is taken down', async () => {
  await using session = await startMemoryNode();
  const { lab } = await bringUp(session, 'overlay');
  await session.down();
  await session.down();
  assert.not.ok(await reachesUnderlay(session, lab));
});

test('time passes without waiting', async () => {
  await using session = await startMemoryNode();
  const before = session.clock.nowNs();
  const startedMs = performance.now();
  assert.not.ok(await session.clock.wait(new Promise(() => undefined), 600_000));
  await session.clock.sleep(600_000);
  assert.ok(session.clock.nowNs() - before >= 1_200_000_000_000n);
  assert.ok(performance.now() - startedMs < 5000);
});

test('says what it does not support, and is down then', async () => {
  await using session = await startMemoryNode();
  const { lab, outcome } = await bringUp(session, '6rd:fd5a:1234:5600::/40+10.0.0.0/8,ipsec=required');
  assert.equal(outcome, { kind: 'unsupported', reason: 'the switch ipsec=required is not implemented' });
  assert.not.ok(await reachesUnderlay(session, lab));
});

test('a fault can be at work on a node that nobody has configured', async () => {
  await using session = await startMemoryNode({ faults: ['6to4-default-on'] });
  const { lab } = await bringUp(session, '6to4');
  await session.down();
  assert.ok(await reachesUnderlay(session, lab));
});

test('refuses a fault that it does not have', async () => {
  await assert.rejects(startMemoryNode({ faults: ['no-such-fault'] }), UnknownFaultError);
});

test('closes its wires when it is disposed of', async () => {
  const session = await startMemoryNode();
  await session[Symbol.asyncDispose]();
  assert.throws(() => {
    wireOf(session, 'P').send(new Uint8Array(60));
  });
});

test.run();
