import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNetnsNode, type NetnsNodeOptions, type NetnsSession } from '../../../harness/node/netns/index.ts';
import { TargetError } from '../../../harness/target/target-error.ts';
import { findCommand } from '../../../scripts/requirements.mjs';
import { assert, suite } from '../../support/suite.ts';
import { setupFor } from '../vm/support.ts';
import { Ear, LinkedNamespaces, numberedFrame, pause, whyNoNetns, writeTarget } from './support.ts';

const test = suite('node/netns/netns-node');
const noNetns = await whyNoNetns();
const noEthtool = noNetns ?? (findCommand('ethtool') === undefined ? 'ethtool is not installed' : undefined);

let folder: string;
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-netns-'));
});
test.after.each(() => rm(folder, { recursive: true, force: true }));

type Programs = Parameters<typeof writeTarget>[2];

const start = async (
  kind: 'script' | 'process',
  programs: Programs,
  options: Partial<NetnsNodeOptions> = {},
): Promise<NetnsSession> => {
  const path = await writeTarget(join(folder, 'target'), kind, programs);
  const target = {
    kind,
    folder: path,
    hasDown: programs.down !== undefined,
    hasStats: programs.stats !== undefined,
  };
  return startNetnsNode({ target, ...options });
};

const failureOf = async (action: Promise<unknown>): Promise<string> => {
  try {
    await action;
    return 'nothing thrown';
  } catch (error) {
    assert.ok(error instanceof TargetError, String(error));
    return error instanceof Error ? error.message : '';
  }
};

test.skipIf(
  noNetns,
  'the target sees its ports, the set-up in variables and on standard input, and nothing of the host',
  async () => {
    const script = `{ ls /sys/class/net; echo "$PROTO41_MAPPING"; cat; echo; echo $$; ls /run; pwd; } >"${folder}/seen"`;
    await using session = await start('script', { up: script, down: ':' });
    const setup = setupFor(session, 'overlay');
    assert.is((await session.up(setup)).kind, 'ready');
    const [eth0, eth1, eth2, lo, mapping, json, pid, ...rest] = (await readFile(join(folder, 'seen'), 'utf8')).split(
      '\n',
    );
    assert.equal([eth0, eth1, eth2, lo, mapping], ['eth0', 'eth1', 'eth2', 'lo', '6rd']);
    assert.equal(JSON.parse(json ?? ''), JSON.parse(JSON.stringify(setup)));
    assert.ok(Number(pid) < 20, `process id ${pid ?? ''}`);
    assert.equal(rest, [join(folder, 'target'), '']);
  },
);

test.skipIf(noNetns, 'frames pass from wire to port and back, also those for others', async () => {
  await using session = await start('script', { up: 'ip link set dev eth0 up', down: 'ip link set dev eth0 down' });
  await session.up(setupFor(session, 'overlay'));
  const wire = session.wires.get('P');
  assert.ok(wire !== undefined);
  wire.send(numberedFrame(1));
  const [line] = (await session.inspection.state()).filter((each) => each.startsWith('interface eth0'));
  assert.match(line ?? '', 'UP');
});

test.skipIf(
  noNetns,
  '127 is a refusal with the words of the target, anything else an error with its output',
  async () => {
    await using session = await start('script', {
      up: 'case $PROTO41_MAPPING in 6rd) echo "no 6rd" >&2; exit 127;; 6to4) echo "broken pipe dream" >&2; exit 3;; esac',
      down: 'echo "down was here" >&2',
    });
    assert.equal(await session.up(setupFor(session, 'overlay')), { kind: 'unsupported', reason: 'no 6rd' });
    const message = await failureOf(session.up(setupFor(session, '6to4')));
    assert.match(message, 'found exit code 3:\nbroken pipe dream');
    assert.is((await session.up(setupFor(session, '6in4'))).kind, 'ready');
  },
);

test.skipIf(noNetns, 'what a script starts in the background does not hold it up, and ends with the node', async () => {
  const session = await start('script', { up: 'sleep 1000 & echo started', down: ':' });
  const startedMs = performance.now();
  await session.up(setupFor(session, 'overlay'));
  assert.ok(performance.now() - startedMs < 5000);
  assert.ok((await session.inspection.state()).includes('process sleep'));
  await session[Symbol.asyncDispose]();
  assert.equal(await session.inspection.remains(), []);
});

test.skipIf(noNetns, 'a process is ready when it says so, keeps running, and is ended by SIGTERM', async () => {
  const up = `trap 'echo bye >"${folder}/bye"; exit 0' TERM; echo starting; echo ready; while :; do sleep 0.05; done`;
  await using session = await start('process', { up });
  assert.is((await session.up(setupFor(session, 'overlay'))).kind, 'ready');
  assert.ok((await session.inspection.state()).some((line) => line.startsWith('process')));
  assert.not.ok(existsSync(join(folder, 'bye')));
  await session.down();
  assert.is(await readFile(join(folder, 'bye'), 'utf8'), 'bye\n');
  assert.not.ok((await session.inspection.state()).some((line) => line.startsWith('process')));
});

test.skipIf(
  noNetns,
  'a process that ignores SIGTERM, and one that left its parent, are ended all the same',
  async () => {
    const up = `trap '' TERM; setsid sleep 999 & echo ready; while :; do sleep 1; done`;
    await using session = await start('process', { up });
    await session.up(setupFor(session, 'overlay'));
    await pause(50);
    assert.ok((await session.inspection.state()).filter((line) => line === 'process sleep').length > 0);
    await session.down();
    assert.not.ok((await session.inspection.state()).some((line) => line.startsWith('process')));
  },
);

test.skipIf(noNetns, 'a process that ends before it is ready is refused, broken, or no process at all', async () => {
  await using session = await start('process', {
    up: 'case $PROTO41_MAPPING in 6rd) echo "no 6rd" >&2; exit 127;; 6to4) echo oops >&2; exit 4;; esac',
  });
  assert.equal(await session.up(setupFor(session, 'overlay')), { kind: 'unsupported', reason: 'no 6rd' });
  assert.match(await failureOf(session.up(setupFor(session, '6to4'))), 'found exit code 4:\noops');
  assert.match(await failureOf(session.up(setupFor(session, '6in4'))), 'print the line "ready" and stay');
});

test.skipIf(noNetns, 'a process that dies under way closes the wires, with its last words', async () => {
  await using session = await start('process', {
    up: 'echo ready; sleep 0.2; echo "segmentation fault" >&2; exit 139',
  });
  const reasons: (Error | undefined)[] = [];
  for (const wire of session.wires.values()) wire.onClosed((reason) => reasons.push(reason));
  await session.up(setupFor(session, 'overlay'));
  for (let waited = 0; reasons.length < 3 && waited < 300; waited += 1) await pause(10);
  assert.is(reasons.length, 3);
  assert.match(reasons[0]?.message ?? '', 'found that it ended (exit code 139):\nsegmentation fault');
  assert.match(await session.diagnostics(), 'segmentation fault');
});

test.skipIf(noNetns, 'standard error of the target is kept as a log, under the set-up that it belongs to', async () => {
  const logFile = join(folder, 'evidence', 'target.log');
  const session = await start('process', { up: 'echo "hello from up" >&2; echo ready; exec sleep 100' }, { logFile });
  await session.up(setupFor(session, 'overlay'));
  await session[Symbol.asyncDispose]();
  assert.match(await readFile(logFile, 'utf8'), /^--- \S+Z up 6rd:fd5a:\S+\nhello from up\n$/);
});

test.skipIf(noNetns, 'stats are asked for where the target has them', async () => {
  await using session = await start('script', {
    up: ':',
    down: ':',
    stats: 'echo \'{"counters": {"decapDropsSpoofed": 3}}\'',
  });
  assert.is((await session.stats()).kind, 'unsupported');
  await session.up(setupFor(session, 'overlay'));
  assert.equal(await session.stats(), { kind: 'stats', stats: { counters: { decapDropsSpoofed: 3 }, entries: {} } });
});

test.skipIf(
  noNetns,
  'four nodes at once have the same names and addresses and hear nothing of each other',
  async () => {
    const up = 'ip link set dev eth0 up; ip addr add 192.0.2.1/24 dev eth0';
    const sessions = await Promise.all([1, 2, 3, 4].map(() => start('script', { up, down: ':' })));
    await Promise.all(sessions.map((session) => session.up(setupFor(session, 'overlay'))));
    const ask = new Uint8Array(42);
    ask.set([255, 255, 255, 255, 255, 255, 2, 0x55, 0, 0, 0, 9, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0x55, 0, 0, 0, 9]);
    ask.set([192, 0, 2, 9, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1], 28);
    const answers = sessions.map((session) => {
      const heard: Uint8Array[] = [];
      session.wires.get('P')?.onFrame((frame) => heard.push(frame));
      return heard;
    });
    sessions[1]?.wires.get('P')?.send(ask);
    await pause(100);
    const arp = answers.map((frames) => frames.filter((frame) => frame[12] === 8 && frame[13] === 6).length);
    assert.equal(arp, [0, 1, 0, 0]);
    await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
  },
);

test.skipIf(noNetns, 'nothing is heard of a fresh node, also not when its ports come up', async () => {
  const up = 'for port in eth0 eth1 eth2; do ip link set dev $port up; done';
  await using session = await start('script', { up, down: ':' });
  const heard: Uint8Array[] = [];
  for (const wire of session.wires.values()) wire.onFrame((frame) => heard.push(frame));
  await pause(300);
  await session.up(setupFor(session, 'overlay'));
  await pause(1500);
  assert.equal(heard, []);
});

test.skipIf(noEthtool, 'every offload is off at both ends before the first frame', () => {
  using links = new LinkedNamespaces();
  // Without checksums and scatter and gather the kernel leaves no segmentation to a device, whatever is said of its kinds.
  const wanted =
    /^(rx-checksumming|tx-checksumming|scatter-gather|generic-segmentation-offload|generic-receive-offload|large-receive-offload|rx-vlan-offload|tx-vlan-offload): (\w+)/;
  for (const text of [links.inNode('ethtool', '-k', 'eth0'), links.inTester('ethtool', '-k', 'tester-p')]) {
    const features = text.split('\n').flatMap((line) => wanted.exec(line)?.slice(1, 3).join(' ') ?? []);
    assert.is(features.length, 8);
    assert.equal(
      features.filter((feature) => !feature.endsWith(' off')),
      [],
    );
  }
});

test.skipIf(noNetns, 'checksums of what the kernel of the node sends are right on the wire', async () => {
  using links = new LinkedNamespaces();
  links.inNode('ip', 'addr', 'add', '192.0.2.1/24', 'dev', 'eth0');
  links.inNode('ip', 'neigh', 'add', '192.0.2.9', 'lladdr', '02:55:00:00:00:09', 'dev', 'eth0');
  const { AfPacketWire } = await import('../../../harness/wire/interface/afpacket-wire.ts');
  const wire = links.tester.enter(() => new AfPacketWire({ port: 'P', interfaceName: 'tester-p' }));
  const ear = new Ear(wire);
  const send = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x' * 101, ('192.0.2.9', 9))";
  links.inNode('python3', '-c', send);
  const [heard] = await ear.until(1);
  const packet = heard?.frame.subarray(14) ?? new Uint8Array(0);
  // RFC 768: over the addresses, the protocol, the length, and the datagram, as if a zero byte made it even.
  const sum = [...packet.subarray(12)].reduce(
    (total, byte, index) => total + (index % 2 === 0 ? byte * 256 : byte),
    17 + 109,
  );
  const folded = (sum % 65_536) + Math.floor(sum / 65_536);
  assert.is((folded % 65_536) + Math.floor(folded / 65_536), 0xffff);
  await wire.close();
});

test.skipIf(noNetns, 'a node that cannot be had leaves nothing, and says why', async () => {
  const target = { kind: 'script', folder: join(folder, 'nowhere'), hasDown: true, hasStats: false } as const;
  await assert.rejects(() => startNetnsNode({ target }), /ENOENT/);
  const aborted = AbortSignal.abort(new Error('no more'));
  await assert.rejects(() => start('script', { up: ':', down: ':' }, { signal: aborted }), /no more/);
});

test.skipIf(noNetns, 'disposal ends everything: processes, wires, namespaces', async () => {
  const session = await start('process', { up: 'echo ready; exec sleep 1000' });
  await session.up(setupFor(session, 'overlay'));
  assert.ok((await session.inspection.remains()).length > 0);
  await session[Symbol.asyncDispose]();
  assert.equal(await session.inspection.remains(), []);
  assert.throws(() => session.wires.get('P')?.send(numberedFrame(1)), /found it closed/);
});

test.run();
