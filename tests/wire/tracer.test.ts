import { memoryLink } from '../../harness/wire/memory.ts';
import { traceWire } from '../../harness/wire/tracer.ts';
import { VirtualClock } from '../../harness/wire/virtual-clock.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('wire/tracer');

test('one line per frame: time since the start, port, direction as seen from the DUT, description', () => {
  const clock = new VirtualClock();
  const { tester, node } = memoryLink({ port: 'U', clock, delivery: 'synchronous' });
  const lines: string[] = [];
  const traced = traceWire(tester, {
    print: (line) => lines.push(line),
    describeFrame: (frame) => `${frame.length} bytes`,
  });
  const arrived: number[] = [];
  traced.onFrame((frame) => arrived.push(frame.length));
  node.onFrame((frame) => {
    clock.advance(1500.000001);
    node.send(Uint8Array.of(...frame, 0));
  });
  traced.send(Uint8Array.of(1));
  assert.equal(lines, ['0.000000000 U in  1 bytes', '1.500000001 U out 2 bytes']);
  assert.equal(arrived, [2]);
});

test('a frame is described by the line that failures and reports show', () => {
  const { tester } = memoryLink({ port: 'P' });
  const lines: string[] = [];
  const traced = traceWire(tester, { print: (line) => lines.push(line), startNs: tester.now() + 1n });
  traced.send(
    Uint8Array.from(Buffer.from('02000000000202000000000186dd' + '6000000000003b40' + '00'.repeat(32), 'hex')),
  );
  assert.is(lines.length, 1);
  assert.match(lines[0] ?? '', /^-0\.000000001 P in  .*IPv6 :: > ::/);
});

test.run();
