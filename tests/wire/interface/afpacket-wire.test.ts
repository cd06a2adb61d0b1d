import { readdirSync } from 'node:fs';
import { AfPacketWire, type AfPacketWireOptions } from '../../../harness/wire/interface/afpacket-wire.ts';
import { WireError } from '../../../harness/wire/wire-error.ts';
import { Ear, LinkedNamespaces, numberedFrame, numberOf, pause, whyNoNetns } from '../../node/netns/support.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('wire/interface/afpacket-wire');
const noNetns = await whyNoNetns();

let links: LinkedNamespaces;
let dut: AfPacketWire;
let wire: AfPacketWire;
let problems: WireError[];
let ends: (Error | undefined)[];

const open = (options: Partial<AfPacketWireOptions> = {}): AfPacketWire =>
  links.tester.enter(() => new AfPacketWire({ port: 'P', interfaceName: links.testerInterface('P'), ...options }));

test.before.each(() => {
  if (noNetns !== undefined) return;
  links = new LinkedNamespaces();
  dut = links.node.enter(() => new AfPacketWire({ port: 'P', interfaceName: links.nodeInterface('P') }));
  wire = open();
  problems = [];
  ends = [];
  wire.onProblem((problem) => problems.push(problem));
  wire.onClosed((reason) => ends.push(reason));
});
test.after.each(async () => {
  if (noNetns !== undefined) return;
  await Promise.all([wire.close(), dut.close()]);
  links[Symbol.dispose]();
});

const codeOf = (error: unknown): string => (error instanceof WireError ? error.code : String(error));
const codeThrown = (action: () => void): string => {
  try {
    action();
    return 'nothing thrown';
  } catch (error) {
    return codeOf(error);
  }
};
const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

test.skipIf(noNetns, 'frames arrive whole and in order, of 14 bytes as of 65549', async () => {
  links.inNode('ip', 'link', 'set', 'dev', links.nodeInterface('P'), 'mtu', '65535');
  const ear = new Ear(wire);
  const lengths = [14, 15, 59, 60, 61, 1514, 9000, 65_549];
  for (const length of lengths) dut.send(numberedFrame(7, length));
  const heard = await ear.until(lengths.length);
  assert.equal(
    heard.map(({ frame }) => frame.length),
    lengths,
  );
  assert.equal(heard[7]?.frame, numberedFrame(7, 65_549));
});

test.skipIf(
  noNetns,
  'a frame of less than 14 bytes, or beyond the MTU, is an error of the sender and harms nobody',
  async () => {
    assert.throws(() => dut.send(new Uint8Array(13)), /expected a frame of 14 to/);
    assert.throws(() => dut.send(numberedFrame(1, 1515)), /fit the MTU of eth0/);
    assert.throws(() => dut.sendAll([numberedFrame(1), new Uint8Array(70_000)]), /expected a frame of 14 to/);
    const ear = new Ear(wire);
    dut.send(numberedFrame(2));
    assert.equal((await ear.until(1)).map(numberOf), [2]);
  },
);

test.skipIf(noNetns, 'own frames are not heard, those of the other end are', async () => {
  const [own, other] = [new Ear(wire), new Ear(dut)];
  wire.send(numberedFrame(1));
  await other.until(1);
  dut.send(numberedFrame(2));
  assert.equal((await own.until(1)).map(numberOf), [2]);
});

test.skipIf(noNetns, 'frames carry the time at which the kernel took them in, on the clock of the wire', async () => {
  const ear = new Ear(wire);
  // The kernel begins to stamp frames some time after the first socket asked for it, and until then stamps what is read.
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const before = wire.now();
    dut.send(numberedFrame(attempt));
    // Read late, which must not show. The kernel may take the frame in only after the call that sent it has returned.
    const busyUntil = performance.now() + 200;
    while (performance.now() < busyUntil);
    const readAfter = wire.now();
    const heard = (await ear.until(attempt))[attempt - 1];
    assert.ok(heard !== undefined && heard.timestampNs >= before);
    assert.ok(readAfter > BigInt(Date.now() - 10_000) * 1_000_000n);
    if (heard.timestampNs <= readAfter) return;
  }
  assert.unreachable('20 frames were stamped when they were read');
});

test.skipIf(noNetns, 'a VLAN tag, which the kernel takes out of the frame, is in it again', async () => {
  const ear = new Ear(wire);
  const tagged = numberedFrame(1, 64);
  tagged.set([0x81, 0x00, 0x60, 0x2a, 0x86, 0xdd], 12);
  const double = numberedFrame(1, 68);
  double.set([0x88, 0xa8, 0x00, 0x05, 0x81, 0x00, 0x00, 0x06, 0x86, 0xdd], 12);
  dut.send(tagged);
  dut.send(double);
  assert.equal(
    (await ear.until(2)).map(({ frame }) => frame),
    [tagged, double],
  );
});

test.skipIf(noNetns, 'a batch is sent in order, and order is kept with frames sent one by one', async () => {
  const ear = new Ear(wire);
  dut.send(numberedFrame(0));
  dut.sendAll(Array.from({ length: 100 }, (_, index) => numberedFrame(index + 1)));
  dut.send(numberedFrame(101));
  const heard = (await ear.until(102)).map(numberOf);
  assert.equal(
    heard,
    Array.from({ length: 102 }, (_, index) => index),
  );
});

test.skipIf(noNetns, 'the bytes handed over belong to the listener', async () => {
  const ear = new Ear(wire);
  const frame = numberedFrame(1);
  dut.send(frame);
  frame.fill(0xee);
  dut.send(numberedFrame(2));
  const heard = await ear.until(2);
  assert.equal(heard.map(numberOf), [1, 2]);
});

test.skipIf(noNetns, 'a flood does not starve timers', async () => {
  const ear = new Ear(wire);
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 1);
  for (let round = 0; round < 40; round += 1) {
    dut.sendAll(Array.from({ length: 256 }, (_, index) => numberedFrame(index)));
    await pause(0);
  }
  const heard = (await ear.until(40 * 256, 5000)).length;
  clearInterval(timer);
  assert.is(heard, 40 * 256);
  assert.ok(ticks > 5, `${ticks} ticks`);
});

test.skipIf(
  noNetns,
  'frames that were lost unread end the wire, because nothing can be said of what did not come',
  async () => {
    await wire.close();
    wire = open({ receiveBufferBytes: 8192 });
    wire.onClosed((reason) => ends.push(reason));
    dut.sendAll(Array.from({ length: 1000 }, (_, index) => numberedFrame(index)));
    await pause(50);
    assert.equal(ends.slice(1).map(codeOf), ['WIRE_FRAMES_LOST']);
    assert.match(String(ends[1]), /\d+ frames on port P found no room/);
  },
);

test.skipIf(noNetns, 'where loss is tolerated it is counted', async () => {
  await wire.close();
  wire = open({ receiveBufferBytes: 8192, tolerateLoss: true });
  const ear = new Ear(wire);
  dut.sendAll(Array.from({ length: 1000 }, (_, index) => numberedFrame(index)));
  await pause(50);
  const { received, dropped } = wire.statistics();
  assert.is(received, 1000);
  assert.is(received - dropped, ear.heard.length);
  assert.ok(dropped > 0);
});

test.skipIf(
  noNetns,
  'a link that goes down is told once, with a code, and frames pass again when it is up',
  async () => {
    const ear = new Ear(wire);
    links.inTester('ip', 'link', 'set', 'dev', 'tester-p', 'down');
    await pause(50);
    assert.equal(problems.map(codeOf), ['WIRE_LINK_DOWN']);
    assert.is(
      codeThrown(() => wire.send(numberedFrame(1))),
      'WIRE_LINK_DOWN',
    );
    links.inTester('ip', 'link', 'set', 'dev', 'tester-p', 'up');
    const back = new Ear(dut);
    for (let number = 0; number < 5; number += 1) dut.send(numberedFrame(number));
    assert.equal((await ear.until(5)).map(numberOf), [0, 1, 2, 3, 4]);
    wire.send(numberedFrame(9));
    assert.equal((await back.until(1)).map(numberOf), [9]);
    assert.equal(ends, []);
    links.inTester('ip', 'link', 'set', 'dev', 'tester-p', 'down');
    await pause(50);
    assert.is(problems.length, 2);
  },
);

test.skipIf(noNetns, 'a link whose other end is down takes frames and loses them, without a problem', async () => {
  links.inNode('ip', 'link', 'set', 'dev', links.nodeInterface('P'), 'down');
  wire.send(numberedFrame(1));
  await pause(20);
  assert.equal([...problems, ...ends], []);
});

test.skipIf(noNetns, 'an interface that vanishes ends the wire with a code', async () => {
  links.inNode('ip', 'link', 'del', 'dev', links.nodeInterface('P'));
  await pause(50);
  assert.equal(ends.map(codeOf), ['WIRE_INTERFACE_GONE']);
  assert.is(
    codeThrown(() => wire.send(numberedFrame(1))),
    'WIRE_CLOSED',
  );
});

test.skipIf(noNetns, 'a vanished interface is noticed by whoever sends, even before it is heard', () => {
  links.inNode('ip', 'link', 'del', 'dev', links.nodeInterface('P'));
  assert.is(
    codeThrown(() => wire.send(numberedFrame(1))),
    'WIRE_INTERFACE_GONE',
  );
});

test.skipIf(noNetns, 'closing can be repeated, ends everything at once, and sending after it is refused', async () => {
  await wire.close();
  await wire.close();
  assert.equal(ends, [undefined]);
  assert.is(
    codeThrown(() => wire.send(numberedFrame(1))),
    'WIRE_CLOSED',
  );
});

test.skipIf(
  noNetns,
  'three hundred wires opened and closed leave no descriptor behind',
  async () => {
    const before = openDescriptors();
    for (let round = 0; round < 3; round += 1) {
      const wires = Array.from({ length: 100 }, () => open());
      await Promise.all(wires.map((each) => each.close()));
    }
    assert.is(openDescriptors(), before);
  },
  { timeoutMs: 120_000 },
);

test.skipIf(noNetns, 'an interface that does not exist is an error with a code, and leaves nothing open', () => {
  const before = openDescriptors();
  assert.is(
    codeThrown(() => open({ interfaceName: 'nosuch0' })),
    'WIRE_INTERFACE_GONE',
  );
  assert.throws(() => open({ interfaceName: 'a-name-that-is-too-long' }), /interface name of up to 15 bytes/);
  assert.is(openDescriptors(), before);
});

test.skipIf(noNetns, 'fifty listeners on one link hear every frame', async () => {
  const wires = Array.from({ length: 50 }, () => open());
  const ears = wires.map((each) => new Ear(each));
  for (let number = 0; number < 20; number += 1) dut.send(numberedFrame(number));
  for (const ear of ears) assert.is((await ear.until(20)).length, 20);
  await Promise.all(wires.map((each) => each.close()));
});

test.run();
