/** Frames that come in numbers are read many at a time, and nothing else suffers from it. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AfPacketWire } from '../../../harness/wire/interface/afpacket-wire.ts';
import { GatheringWatch, type Found } from '../../../harness/wire/interface/gathering-watch.ts';
import { WireError } from '../../../harness/wire/wire-error.ts';
import { LinkedNamespaces, numberedFrame, numberOf, pause, whyNoNetns } from '../../node/netns/support.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('wire/interface/gathering-watch');
const noNetns = await whyNoNetns();
const noLinux = process.platform === 'linux' ? undefined : `needs Linux, this is ${process.platform}`;

let folder = '';
let pipe = -1;
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-test-'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  pipe = openSync(join(folder, 'pipe'), constants.O_RDWR | constants.O_NONBLOCK);
});
test.after.each(async () => {
  closeSync(pipe);
  await rm(folder, { recursive: true });
});

/** Takes what is in the pipe, and says of each reading what `answers` has in its turn, `little` when they are used up. */
const watchPipe = (answers: readonly Found[], restMs = 1) => {
  const readings: number[] = [];
  const watch = new GatheringWatch(
    pipe,
    () => {
      let bytes = 0;
      try {
        bytes = readSync(pipe, Buffer.alloc(16));
      } catch {
        // There is nothing, which a pipe tells with an error.
      }
      readings.push(bytes);
      return answers[readings.length - 1] ?? 'little';
    },
    restMs,
  );
  return { watch, readings };
};

test.skipIf(noLinux, 'what finds little is called for each thing that comes, and not in between', async () => {
  const { watch, readings } = watchPipe([]);
  for (const bytes of [1, 2, 3]) {
    writeSync(pipe, Buffer.alloc(bytes));
    while (readings.length < bytes) await pause(1);
    await pause(10);
  }
  watch.close();
  assert.equal(readings, [1, 2, 3]);
});

test.skipIf(
  noLinux,
  'what found much is called again unasked until it finds little, and then for what comes',
  async () => {
    const { watch, readings } = watchPipe(['much', 'much and more', 'much']);
    writeSync(pipe, Buffer.alloc(5));
    while (readings.length < 4) await pause(1);
    await pause(10);
    assert.equal(readings, [5, 0, 0, 0]);
    writeSync(pipe, Buffer.alloc(6));
    while (readings.length < 5) await pause(1);
    await pause(10);
    watch.close();
    assert.equal(readings, [5, 0, 0, 0, 6]);
  },
);

test.skipIf(noLinux, 'there is a rest after much, and none while more is there already', async () => {
  const restMs = 200;
  const rested = watchPipe(['much', 'little'], restMs);
  const fromMs = performance.now();
  writeSync(pipe, Buffer.alloc(1));
  while (rested.readings.length < 2) await pause(1);
  assert.ok(performance.now() - fromMs >= restMs);
  rested.watch.close();
  const hurried = watchPipe(Array<Found>(20).fill('much and more'), restMs);
  const secondFromMs = performance.now();
  writeSync(pipe, Buffer.alloc(1));
  while (hurried.readings.length < 21) await pause(1);
  assert.ok(performance.now() - secondFromMs < 10 * restMs);
  hurried.watch.close();
});

test.skipIf(noLinux, 'timers have their turn while much is found without end', async () => {
  const { watch, readings } = watchPipe(Array<Found>(1_000_000).fill('much'), 0.1);
  writeSync(pipe, Buffer.alloc(1));
  for (let turn = 0; turn < 10; turn += 1) await pause(1);
  watch.close();
  const count = readings.length;
  assert.ok(count > 10, `${count} readings`);
  await pause(10);
  assert.is(readings.length, count);
});

let links: LinkedNamespaces;
const openPair = () => {
  links = new LinkedNamespaces();
  const sender = links.node.enter(() => new AfPacketWire({ port: 'P', interfaceName: links.nodeInterface('P') }));
  const options = { lendsFrames: true, tolerateLoss: true, restMs: 0.1 } as const;
  const wire = links.tester.enter(
    () => new AfPacketWire({ port: 'P', interfaceName: links.testerInterface('P'), ...options }),
  );
  const heard: number[] = [];
  const words: string[] = [];
  wire.onFrame((frame, timestampNs) => heard.push(numberOf({ frame, timestampNs })));
  const code = (error: unknown): string => (error instanceof WireError ? error.code : String(error));
  wire.onProblem((problem) => words.push(code(problem)));
  wire.onClosed((reason) => words.push(`end: ${code(reason)}`));
  return {
    sender,
    wire,
    heard,
    words,
    untilHeard: async (count: number): Promise<void> => {
      for (let wait = 0; heard.length < count && wait < 200; wait += 1) await pause(10);
    },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await Promise.all([wire.close(), sender.close()]);
      links[Symbol.dispose]();
    },
  };
};
const numbered = (first: number, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => numberedFrame(first + index));

test.skipIf(noNetns, 'a wire that rests loses nothing and keeps the order, in waves of any size', async () => {
  await using pair = openPair();
  let sent = 0;
  for (const size of [1, 15, 16, 17, 127, 128, 129, 255, 256, 257, 2047, 2048, 2049, 5000, 1, 1, 1]) {
    pair.sender.sendAll(numbered(sent, size));
    sent += size;
    await pair.untilHeard(sent);
  }
  assert.equal(
    pair.heard,
    Array.from({ length: sent }, (_, index) => index),
  );
});

test.skipIf(
  noNetns,
  'a link that goes down during a flood is told once, and frames pass again when it is up',
  async () => {
    await using pair = openPair();
    pair.sender.sendAll(numbered(0, 1000));
    await pair.untilHeard(1);
    links.inTester('ip', 'link', 'set', 'dev', 'tester-p', 'down');
    await pause(50);
    assert.equal(pair.words, ['WIRE_LINK_DOWN']);
    const before = pair.heard.length;
    links.inTester('ip', 'link', 'set', 'dev', 'tester-p', 'up');
    pair.sender.sendAll(numbered(2000, 100));
    await pair.untilHeard(before + 100);
    assert.equal(pair.heard.slice(-2), [2098, 2099]);
    assert.equal(pair.words, ['WIRE_LINK_DOWN']);
  },
);

test.skipIf(noNetns, 'an interface that vanishes during a flood ends the wire', async () => {
  await using pair = openPair();
  pair.sender.sendAll(numbered(0, 1000));
  await pair.untilHeard(1);
  links.inNode('ip', 'link', 'del', 'dev', links.nodeInterface('P'));
  await pause(50);
  assert.equal(pair.words, ['end: WIRE_INTERFACE_GONE']);
});

test.skipIf(noNetns, 'a wire that is closed while it rests hears nothing more', async () => {
  await using pair = openPair();
  pair.sender.sendAll(numbered(0, 3000));
  await pair.untilHeard(1);
  const closing = pair.wire.close();
  const count = pair.heard.length;
  pair.sender.sendAll(numbered(0, 100));
  await closing;
  await pause(30);
  assert.is(pair.heard.length, count);
  assert.equal(pair.words, ['end: undefined']);
});

test.run();
