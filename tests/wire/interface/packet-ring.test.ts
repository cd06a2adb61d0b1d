/** A wire that lends its frames reads them from a ring that it shares with the kernel. */
import { readdirSync, readFileSync } from 'node:fs';
import { AfPacketWire } from '../../../harness/wire/interface/afpacket-wire.ts';
import { WireError } from '../../../harness/wire/wire-error.ts';
import { LinkedNamespaces, numberedFrame, numberOf, pause, whyNoNetns } from '../../node/netns/support.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('wire/interface/packet-ring');
const noNetns = await whyNoNetns();

let links: LinkedNamespaces;
let sender: AfPacketWire;
let wire: AfPacketWire;
let heard: Uint8Array[];
let problems: string[];
let ends: string[];

const codeOf = (error: unknown): string => (error instanceof WireError ? error.code : String(error));
const open = (): AfPacketWire =>
  links.tester.enter(
    () =>
      new AfPacketWire({ port: 'P', interfaceName: links.testerInterface('P'), lendsFrames: true, tolerateLoss: true }),
  );

test.before.each(() => {
  if (noNetns !== undefined) return;
  links = new LinkedNamespaces();
  sender = links.node.enter(() => new AfPacketWire({ port: 'P', interfaceName: links.nodeInterface('P') }));
  wire = open();
  [heard, problems, ends] = [[], [], []];
  wire.onFrame((frame) => heard.push(frame.slice()));
  wire.onProblem((problem) => problems.push(codeOf(problem)));
  wire.onClosed((reason) => ends.push(codeOf(reason)));
});
test.after.each(async () => {
  if (noNetns !== undefined) return;
  await Promise.all([wire.close(), sender.close()]);
  links[Symbol.dispose]();
});

/** For two seconds at most. */
const untilHeard = async (count: number): Promise<Uint8Array[]> => {
  for (let wait = 0; heard.length < count && wait < 200; wait += 1) await pause(10);
  return heard;
};

const numberIn = (frame: Uint8Array): number => numberOf({ frame, timestampNs: 0n });

const numbered = (first: number, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => numberedFrame(first + index));

test.skipIf(noNetns, 'frames are whole and in order, those that fit a slot as those that do not', async () => {
  links.inNode('ip', 'link', 'set', 'dev', links.nodeInterface('P'), 'mtu', '65535');
  const frames = [14, 60, 1514, 9000, 15, 1981, 1982, 1983, 2048, 65_549, 61].map((length, index) =>
    numberedFrame(length < 20 ? 7 : index, length),
  );
  for (const frame of frames) sender.send(frame);
  assert.equal(await untilHeard(frames.length), frames);
});

test.skipIf(noNetns, 'a VLAN tag is in the frame again, also in one that does not fit a slot', async () => {
  links.inNode('ip', 'link', 'set', 'dev', links.nodeInterface('P'), 'mtu', '9000');
  const frames = [64, 5000].map((length) => {
    const frame = numberedFrame(1, length);
    frame.set([0x81, 0x00, 0x60, 0x2a, 0x86, 0xdd], 12);
    return frame;
  });
  for (const frame of frames) sender.send(frame);
  assert.equal(await untilHeard(2), frames);
});

test.skipIf(noNetns, 'frames keep their order when the ring has gone round', async () => {
  const chunk = 1000;
  for (let first = 0; first < 20_000; first += chunk) {
    sender.sendAll(numbered(first, chunk));
    await untilHeard(first + chunk);
  }
  assert.equal(
    heard.map(numberIn),
    Array.from({ length: 20_000 }, (_, index) => index),
  );
});

test.skipIf(noNetns, 'frames that find no room are counted, and those after them come', async () => {
  // Nobody reads meanwhile: this is one turn of the event loop.
  sender.sendAll(numbered(0, 10_000));
  await untilHeard(8192);
  await pause(50);
  const { received, dropped } = wire.statistics();
  assert.is(received, 10_000);
  assert.is(heard.length, received - dropped);
  assert.ok(dropped > 0);
  const before = heard.length;
  sender.send(numberedFrame(77));
  assert.is(numberIn((await untilHeard(before + 1))[before] ?? new Uint8Array(0)), 77);
});

test.skipIf(noNetns, 'a link that goes down is told once, and frames pass again when it is up', async () => {
  links.inTester('ip', 'link', 'set', 'dev', 'tester-p', 'down');
  await pause(50);
  assert.equal(problems, ['WIRE_LINK_DOWN']);
  links.inTester('ip', 'link', 'set', 'dev', 'tester-p', 'up');
  sender.sendAll(numbered(0, 5));
  assert.equal((await untilHeard(5)).map(numberIn), [0, 1, 2, 3, 4]);
  assert.equal(ends, []);
});

test.skipIf(noNetns, 'an interface that vanishes ends the wire with a code', async () => {
  links.inNode('ip', 'link', 'del', 'dev', links.nodeInterface('P'));
  await pause(50);
  assert.equal(ends, ['WIRE_INTERFACE_GONE']);
});

test.skipIf(noNetns, 'whoever listens may close the wire, and hears nothing after that', async () => {
  wire.onFrame(() => void wire.close());
  sender.sendAll(numbered(0, 10));
  await pause(50);
  assert.equal(heard.map(numberIn), [0]);
  assert.equal(ends, ['undefined']);
});

test.skipIf(noNetns, 'a batch that was handed over is told of before the next is looked for', async () => {
  let batches = 0;
  const batched = links.tester.enter(
    () =>
      new AfPacketWire({
        port: 'P',
        interfaceName: links.testerInterface('P'),
        lendsFrames: true,
        tolerateLoss: true,
        onBatch: () => (batches += 1),
      }),
  );
  sender.sendAll(numbered(0, 1000));
  await untilHeard(1000);
  await pause(20);
  await batched.close();
  assert.ok(batches >= 4 && batches <= 1000, `${batches} batches`);
});

test.skipIf(noNetns, 'thirty rings opened and closed leave neither a descriptor nor memory behind', async () => {
  const mapped = (): number => readFileSync('/proc/self/maps', 'utf8').split('socket:').length;
  const before = [readdirSync('/proc/self/fd').length, mapped()];
  for (let round = 0; round < 10; round += 1) await Promise.all([open(), open(), open()].map((each) => each.close()));
  assert.equal([readdirSync('/proc/self/fd').length, mapped()], before);
});

test.run();
