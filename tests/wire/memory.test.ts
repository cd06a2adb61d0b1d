import { memoryLink } from '../../harness/wire/memory.ts';
import { VirtualClock } from '../../harness/wire/virtual-clock.ts';
import { WireError } from '../../harness/wire/wire-error.ts';
import type { Wire } from '../../harness/wire/wire.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('wire/memory');

function received(wire: Wire): number[][] {
  const frames: number[][] = [];
  wire.onFrame((frame) => frames.push([...frame]));
  return frames;
}

test('frames arrive at the other end, in order, after the running code', async () => {
  const { tester, node } = memoryLink({ port: 'U' });
  const [atTester, atNode] = [received(tester), received(node)];
  tester.send(Uint8Array.of(1));
  tester.send(Uint8Array.of(2));
  node.send(Uint8Array.of(3));
  assert.equal([atTester, atNode], [[], []]);
  await Promise.resolve();
  assert.equal([atTester, atNode], [[[3]], [[1], [2]]]);
  assert.equal([tester.port, node.port], ['U', 'U']);
});

test('frames on two links arrive in the order in which they were sent', async () => {
  const clock = new VirtualClock();
  const links = { P: memoryLink({ port: 'P', clock }), U: memoryLink({ port: 'U', clock }) };
  const order: string[] = [];
  for (const [name, link] of Object.entries(links)) link.node.onFrame(([byte]) => order.push(`${name}${byte}`));
  links.U.tester.send(Uint8Array.of(1));
  links.P.tester.send(Uint8Array.of(2));
  links.U.tester.send(Uint8Array.of(3));
  await Promise.resolve();
  assert.equal(order, ['U1', 'P2', 'U3']);
});

test('synchronous delivery hands the frame and its answer over before send returns', () => {
  const { tester, node } = memoryLink({ port: 'P', delivery: 'synchronous' });
  node.onFrame((frame) => {
    node.send(Uint8Array.of(...frame, 9));
  });
  const atTester = received(tester);
  tester.send(Uint8Array.of(1));
  assert.equal(atTester, [[1, 9]]);
});

test('neither end can change what the other holds', async () => {
  const { tester, node } = memoryLink({ port: 'P' });
  const sent = Uint8Array.of(1, 2, 3);
  const arrived: Uint8Array[] = [];
  node.onFrame((frame) => arrived.push(frame));
  tester.send(sent);
  sent.fill(0xff);
  await Promise.resolve();
  assert.equal(arrived, [Uint8Array.of(1, 2, 3)]);
  arrived[0]?.fill(0);
  assert.equal(sent, Uint8Array.of(0xff, 0xff, 0xff));
});

test('frames carry the time of the clock at their arrival', () => {
  const clock = new VirtualClock(1_000n);
  const { tester, node } = memoryLink({ port: 'P', clock, delivery: 'synchronous' });
  const times: bigint[] = [];
  node.onFrame((_frame, timestampNs) => times.push(timestampNs));
  tester.send(Uint8Array.of(1));
  clock.advance(2);
  tester.send(Uint8Array.of(1));
  assert.equal([...times, tester.now()], [1_000n, 2_001_000n, 2_001_000n]);
});

test('a removed listener hears nothing more, the others still do', () => {
  const { tester, node } = memoryLink({ port: 'P', delivery: 'synchronous' });
  const heard: string[] = [];
  const remove = node.onFrame(() => {
    heard.push('first');
    remove();
    removeThird();
    node.onFrame(() => heard.push('late'));
  });
  node.onFrame(() => heard.push('second'));
  const removeThird = node.onFrame(() => heard.push('third'));
  tester.send(Uint8Array.of(1));
  assert.equal(heard, ['first', 'second']);
  tester.send(Uint8Array.of(1));
  assert.equal(heard, ['first', 'second', 'second', 'late']);
});

test('closing one end closes both, once, after what was sent before has arrived', async () => {
  const { tester, node } = memoryLink({ port: 'U' });
  const closed: [string, Error | undefined][] = [];
  tester.onClosed((reason) => closed.push(['tester', reason]));
  node.onClosed((reason) => closed.push(['node', reason]));
  const atNode = received(node);
  tester.send(Uint8Array.of(1));
  await tester.close();
  await node.close();
  assert.equal(closed, [
    ['tester', undefined],
    ['node', undefined],
  ]);
  assert.equal(atNode, [[1]]);
  for (const end of [tester, node]) {
    assert.throws(
      () => end.send(Uint8Array.of(1)),
      (error) => error instanceof WireError && error.code === 'WIRE_CLOSED',
    );
  }
});

test('a link that fails tells both ends why', () => {
  const { tester, node, fail } = memoryLink({ port: 'U' });
  const reasons: unknown[] = [];
  for (const end of [tester, node]) end.onClosed((reason) => reasons.push(reason));
  const crash = new Error('the guest has panicked');
  fail(crash);
  assert.is(reasons[0], crash);
  assert.is(reasons[1], crash);
  assert.throws(() => tester.send(Uint8Array.of(1)), WireError);
});

test.run();
