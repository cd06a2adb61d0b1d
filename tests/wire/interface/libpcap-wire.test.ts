import { existsSync, readdirSync } from 'node:fs';
import { execa } from 'execa';
import { AfPacketWire } from '../../../harness/wire/interface/afpacket-wire.ts';
import type { InterfaceWire } from '../../../harness/wire/interface/interface-wire.ts';
import { openLibpcapWire, type LibpcapBackend } from '../../../harness/wire/interface/libpcap-wire.ts';
import { WireError } from '../../../harness/wire/wire-error.ts';
import { Ear, LinkedNamespaces, numberedFrame, numberOf, pause, whyNoNetns } from '../../node/netns/support.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('wire/interface/libpcap-wire');
const noNetns = await whyNoNetns();
const BACKENDS = ['pcap', 'cap'] as const;

let links: LinkedNamespaces;
let dut: AfPacketWire;

test.before.each(() => {
  if (noNetns !== undefined) return;
  links = new LinkedNamespaces();
  dut = links.node.enter(() => new AfPacketWire({ port: 'P', interfaceName: links.nodeInterface('P') }));
});
test.after.each(async () => {
  if (noNetns !== undefined) return;
  await dut.close();
  links[Symbol.dispose]();
});

const open = (backend: LibpcapBackend): Promise<InterfaceWire> =>
  links.tester.enter(() => openLibpcapWire(backend, { port: 'P', interfaceName: links.testerInterface('P') }));
const codeOf = (error: unknown): string => (error instanceof WireError ? error.code : String(error));
const descriptorsOpen = (): number => readdirSync('/proc/self/fd').length;

/** Processes of this one that serve a wire. */
const servants = async (): Promise<number> => {
  const { stdout } = await execa('ps', ['-o', 'args=', '--ppid', String(process.pid)], { reject: false });
  return stdout.split('\n').filter((line) => line.includes('libpcap-process')).length;
};

for (const backend of BACKENDS) {
  const compiled = existsSync(
    new URL(
      `../../../node_modules/${backend}/build/Release/${backend === 'pcap' ? 'pcap_binding' : 'cap'}.node`,
      import.meta.url,
    ),
  );
  const reason = noNetns ?? (compiled ? undefined : `the npm package ${backend} is not compiled`);

  test.skipIf(
    reason,
    `${backend}: the first frame arrives like every other, at once, without those of our own`,
    async () => {
      const wire = await open(backend);
      const [ear, other] = [new Ear(wire), new Ear(dut)];
      wire.send(numberedFrame(99));
      await other.until(1);
      const startedMs = performance.now();
      for (let number = 0; number < 10; number += 1) {
        dut.send(numberedFrame(number));
        await ear.until(number + 1);
      }
      // The default of pcap is to wait for a second.
      assert.ok(performance.now() - startedMs < 500);
      assert.equal(ear.heard.map(numberOf), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      await wire.close();
    },
  );

  test.skipIf(
    reason,
    `${backend}: frames of 14 to 65000 bytes pass both ways whole, each with bytes of its own`,
    async () => {
      links.inNode('ip', 'link', 'set', 'dev', links.nodeInterface('P'), 'mtu', '65535');
      const wire = await open(backend);
      const [ear, other] = [new Ear(wire), new Ear(dut)];
      const lengths = [14, 60, 1514, 9000, 65_000];
      for (const length of lengths) dut.send(numberedFrame(5, length));
      for (const length of lengths) wire.send(numberedFrame(6, length));
      assert.equal(
        (await ear.until(5)).map(({ frame }) => frame),
        lengths.map((length) => numberedFrame(5, length)),
      );
      assert.equal(
        (await other.until(5)).map(({ frame }) => frame.length),
        lengths,
      );
      await wire.close();
    },
  );

  test.skipIf(reason, `${backend}: times are those of this machine's clock`, async () => {
    const wire = await open(backend);
    const ear = new Ear(wire);
    const before = wire.now();
    dut.send(numberedFrame(1));
    const [heard] = await ear.until(1);
    // Microseconds are cut off, and cap has no times of its own.
    assert.ok(heard !== undefined && heard.timestampNs >= before - 1_000_000n && heard.timestampNs <= wire.now());
    await wire.close();
  });

  test.skipIf(
    reason,
    `${backend}: a burst arrives whole or ends the wire, and does not starve our timers`,
    async () => {
      const wire = await open(backend);
      const ear = new Ear(wire);
      const ends: (Error | undefined)[] = [];
      wire.onClosed((end) => ends.push(end));
      let ticks = 0;
      const timer = setInterval(() => (ticks += 1), 1);
      for (let round = 0; round < 200; round += 1) {
        dut.sendAll(Array.from({ length: 100 }, (_, index) => numberedFrame(round * 100 + index)));
        await pause(1);
      }
      for (let waited = 0; ear.heard.length < 20_000 && ends.length === 0 && waited < 500; waited += 1) await pause(10);
      clearInterval(timer);
      if (ends.length > 0) assert.equal(ends.map(codeOf), ['WIRE_FRAMES_LOST']);
      else assert.ok(ear.heard.length === 20_000 && ear.heard.every((each, index) => numberOf(each) === index));
      assert.ok(ticks > 20, `${ticks} ticks`);
      await wire.close();
    },
  );

  test.skipIf(reason, `${backend}: frames lost unread end the wire with WIRE_FRAMES_LOST`, async () => {
    const wire = await open(backend);
    const ends: (Error | undefined)[] = [];
    wire.onClosed((end) => ends.push(end));
    for (let round = 0; round < 20; round += 1)
      dut.sendAll(Array.from({ length: 1000 }, (_, index) => numberedFrame(index)));
    for (let waited = 0; ends.length === 0 && waited < 300; waited += 1) await pause(10);
    assert.equal(ends.map(codeOf), ['WIRE_FRAMES_LOST']);
    await wire.close();
  });

  test.skipIf(reason, `${backend}: a quiet link is closed at once, and its process ends`, async () => {
    const descriptors = descriptorsOpen();
    const wire = await open(backend);
    const ends: (Error | undefined)[] = [];
    wire.onClosed((end) => ends.push(end));
    const startedMs = performance.now();
    await wire.close();
    assert.ok(performance.now() - startedMs < 900);
    assert.equal(ends, [undefined]);
    assert.is(await servants(), 0);
    await pause(20);
    assert.is(descriptorsOpen(), descriptors);
    assert.throws(() => wire.send(numberedFrame(1)), /found it closed/);
    await wire.close();
  });

  for (const [what, command] of [
    ['goes down', ['link', 'set', 'dev', 'tester-p', 'down']],
    ['vanishes', ['link', 'del', 'dev', 'tester-p']],
  ] as const) {
    const code = what === 'vanishes' ? 'WIRE_INTERFACE_GONE' : 'WIRE_LINK_DOWN';
    // cap aborts its process here, and pcap would say nothing for ever.
    test.skipIf(reason, `${backend}: a link that ${what} ends the wire with ${code}, and nothing else`, async () => {
      const wire = await open(backend);
      const ends: (Error | undefined)[] = [];
      wire.onClosed((end) => ends.push(end));
      links.inTester('ip', ...command);
      for (let waited = 0; ends.length === 0 && waited < 100; waited += 1) await pause(10);
      assert.equal(ends.map(codeOf), [code]);
      await wire.close();
      assert.is(await servants(), 0);
    });
  }

  test.skipIf(reason, `${backend}: three wires at once do not disturb each other`, async () => {
    const wires = await Promise.all([open(backend), open(backend), open(backend)]);
    const ears = wires.map((wire) => new Ear(wire));
    for (let number = 0; number < 100; number += 1) dut.send(numberedFrame(number));
    for (const ear of ears) assert.is((await ear.until(100)).length, 100);
    await Promise.all(wires.map((wire) => wire.close()));
  });

  test.skipIf(reason, `${backend}: the end of its process is the end of the wire, not of ours`, async () => {
    const wire = await open(backend);
    const ends: (Error | undefined)[] = [];
    wire.onClosed((end) => ends.push(end));
    const { stdout } = await execa('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)]);
    const pid = /^\s*(\d+) .*libpcap-process/m.exec(stdout)?.[1];
    process.kill(Number(pid), 'SIGKILL');
    for (let waited = 0; ends.length === 0 && waited < 100; waited += 1) await pause(10);
    assert.equal(ends.map(codeOf), ['WIRE_FAILED']);
    assert.match(String(ends[0]), 'SIGKILL');
    await wire.close();
  });

  test.skipIf(noNetns, `${backend}: an interface that does not exist is an error with a code`, async () => {
    const opening = links.tester.enter(async () => openLibpcapWire(backend, { port: 'P', interfaceName: 'nosuch0' }));
    assert.is(await opening.then(() => 'opened', codeOf), 'WIRE_INTERFACE_GONE');
  });
}

test.run();
