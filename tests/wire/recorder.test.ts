import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeCapture } from '../../harness/capture/index.ts';
import { memoryLink } from '../../harness/wire/memory.ts';
import { numberInSlice, Recorder, recordWire } from '../../harness/wire/recorder.ts';
import type { RecordedFrame, RecordedWire } from '../../harness/wire/recorder.ts';
import { VirtualClock } from '../../harness/wire/virtual-clock.ts';
import type { Wire } from '../../harness/wire/wire.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('wire/recorder');

interface Bench {
  readonly clock: VirtualClock;
  readonly recorder: Recorder;
  readonly P: RecordedWire;
  readonly U: RecordedWire;
  readonly nodeP: Wire;
  readonly nodeU: Wire;
}

/** A node that forwards from P to U, with one byte put in front. */
function bench(): Bench {
  const clock = new VirtualClock(1_000_000_000n);
  const recorder = new Recorder();
  const [p, u] = [
    memoryLink({ port: 'P', clock, delivery: 'synchronous' }),
    memoryLink({ port: 'U', clock, delivery: 'synchronous' }),
  ];
  p.node.onFrame((frame) => {
    u.node.send(Uint8Array.of(41, ...frame));
  });
  const [U, P] = [recordWire(u.tester, recorder), recordWire(p.tester, recorder)];
  return { clock, recorder, P, U, nodeP: p.node, nodeU: u.node };
}

const summary = ({ number, port, direction, bytes }: RecordedFrame): string =>
  `${number} ${port} ${direction} ${bytes.join()}`;

test('every frame of every port is kept in order, also when nobody listens, and cause comes before effect', () => {
  const { recorder, P, nodeP, clock } = bench();
  const sent = P.send(Uint8Array.of(1));
  clock.advance(5);
  nodeP.send(Uint8Array.of(7));
  assert.equal(recorder.frames.map(summary), ['1 P inbound 1', '2 U outbound 41,1', '3 P outbound 7']);
  assert.equal(
    recorder.frames.map((frame) => frame.timestampNs),
    [1_000_000_000n, 1_000_000_000n, 1_005_000_000n],
  );
  assert.is(sent, recorder.frames[0]);
});

test('listeners still get each frame, and the record does not change with the bytes they hold', () => {
  const { recorder, P, U } = bench();
  const heard: Uint8Array[] = [];
  U.onFrame((frame) => heard.push(frame));
  const sent = Uint8Array.of(1);
  P.send(sent);
  sent.fill(9);
  assert.equal(heard, [Uint8Array.of(41, 1)]);
  heard[0]?.fill(9);
  assert.equal(recorder.frames.map(summary), ['1 P inbound 1', '2 U outbound 41,1']);
});

test('a listener of the recorder is told of each frame before it goes on its way', () => {
  const { recorder, P, U } = bench();
  const order: string[] = [];
  recorder.onRecorded((frame) => order.push(`recorded ${frame.number}`));
  U.onFrame(() => order.push('received'));
  P.send(Uint8Array.of(1));
  assert.equal(order, ['recorded 1', 'recorded 2', 'received']);
});

test('a wire that is detached records nothing more, and the wire below stays open for another recorder', () => {
  const { recorder, P, U, nodeP } = bench();
  let heard = 0;
  P.onFrame(() => (heard += 1));
  nodeP.send(Uint8Array.of(1));
  P.detach();
  U.detach();
  nodeP.send(Uint8Array.of(2));
  assert.equal(recorder.frames.map(summary), ['1 P outbound 1']);
  assert.is(heard, 1);
});

test('slices run from mark to mark, and survive that what came before them is discarded', () => {
  const { recorder, P } = bench();
  P.send(Uint8Array.of(1));
  const first = recorder.mark();
  P.send(Uint8Array.of(2));
  const second = recorder.mark();
  P.send(Uint8Array.of(3));
  const numbers = (frames: readonly RecordedFrame[]): number[] => frames.map((frame) => frame.number);
  assert.equal(numbers(recorder.since(first)), [3, 4, 5, 6]);
  assert.equal(numbers(recorder.since(first, second)), [3, 4]);
  assert.equal(numbers(recorder.since(recorder.mark())), []);
  recorder.discardBefore(second);
  assert.equal(numbers(recorder.frames), [5, 6]);
  assert.equal(numbers(recorder.since(first)), [5, 6]);
  assert.is(recorder.frame(4), undefined);
  assert.is(recorder.frame(5)?.number, 5);
  assert.is(recorder.frame(7), undefined);
  P.send(Uint8Array.of(4));
  assert.equal(numbers(recorder.frames), [5, 6, 7, 8]);
});

test('frames in the middle can be let go of, and the others keep their numbers and places', () => {
  const { recorder, P } = bench();
  for (let value = 1; value <= 4; value += 1) P.send(Uint8Array.of(value));
  recorder.discard({ nextNumber: 3 }, { nextNumber: 5 });
  recorder.discard({ nextNumber: 3 }, { nextNumber: 5 });
  const numbers = (frames: readonly RecordedFrame[]): number[] => frames.map((frame) => frame.number);
  assert.equal(numbers(recorder.frames), [1, 2, 5, 6, 7, 8]);
  assert.equal(
    [1, 2, 3, 4, 5, 8, 9].map((number) => recorder.frame(number)?.number),
    [1, 2, undefined, undefined, 5, 8, undefined],
  );
  assert.equal(numbers(recorder.since({ nextNumber: 2 }, { nextNumber: 6 })), [2, 5]);
  P.send(Uint8Array.of(5));
  assert.equal(numbers(recorder.since({ nextNumber: 8 })), [8, 9, 10]);
  recorder.discardBefore({ nextNumber: 6 });
  assert.equal(numbers(recorder.frames), [6, 7, 8, 9, 10]);
});

test('a slice becomes a pcapng with all ports, directions, times and comments', async () => {
  const { recorder, P, nodeU } = bench();
  P.send(Uint8Array.of(1));
  const mark = recorder.mark();
  P.send(Uint8Array.of(2));
  nodeU.send(Uint8Array.of(3));
  recorder.annotate(4, 'violates encap.outer-source');
  recorder.annotate(4, 'violates encap.outer-source');
  recorder.annotate(4, 'and another');
  const slice = recorder.since(mark);
  const folder = await mkdtemp(join(tmpdir(), 'proto41-recorder-'));
  try {
    const path = join(folder, 'case.pcapng');
    await recorder.writeFile(path, slice, ['encap.outer-source', 'fail']);
    const bytes = new Uint8Array(await readFile(path));
    assert.equal(bytes, recorder.encode(slice, ['encap.outer-source', 'fail']));
    const reading = decodeCapture(bytes);
    const read: unknown[] = [];
    let step = reading.next();
    for (; !step.done; step = reading.next()) {
      const { index, interfaceName, direction, timestampNs, comments } = step.value;
      read.push([index, interfaceName, direction, timestampNs, comments, ...step.value.bytes]);
    }
    assert.equal(read, [
      [0, 'P', 'inbound', 1_000_000_000n, [], 2],
      [1, 'U', 'outbound', 1_000_000_000n, ['violates encap.outer-source', 'and another'], 41, 2],
      [2, 'U', 'outbound', 1_000_000_000n, [], 3],
    ]);
    assert.equal(step.value.comments, ['encap.outer-source', 'fail']);
    assert.equal(
      step.value.interfaces.map(({ name, description }) => [name, description]),
      [
        ['P', 'pods'],
        ['U', 'underlay'],
      ],
    );
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.is(numberInSlice(slice, 4), 2);
  assert.is(numberInSlice(slice, 1), undefined);
});

test('a frame that the wire refused stays in the record and says so', async () => {
  const { recorder, P } = bench();
  await P.close();
  assert.throws(() => P.send(Uint8Array.of(1)), /found it closed/);
  assert.equal(recorder.frames.map(summary), ['1 P inbound 1']);
  assert.match(recorder.frames[0]?.comments[0] ?? '', /^not sent: /);
});

test('a comment on a frame that is not there is refused', () => {
  assert.throws(() => {
    new Recorder().annotate(1, 'x');
  }, /number of a frame that is kept, found 1/);
});

test.run();
