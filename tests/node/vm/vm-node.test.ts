import type { VmSession } from '../../../harness/node/vm/vm-session.ts';
import { startVmNode } from '../../../harness/node/vm/vm-node.ts';
import type { TargetSetup } from '../../../harness/target/setup.ts';
import type { PortName, Wire } from '../../../harness/wire/wire.ts';
import { assert, suite } from '../../support/suite.ts';
import { hex, LINUX_SIT, setupFor, whyNoVm } from './support.ts';

const test = suite('node/vm/vm-node', { timeoutMs: 60_000 });
const noVm = await whyNoVm();

const OVERLAY = 'overlay';
const FOU = '6rd:fd5a:1234:5600::/40+10.0.0.0/8,encap=fou:3544';
const DUT_P = '024100000001';
const DUT_U = '024100000002';
const POD = 'fd5a1234560000010000000000000010';
const REMOTE_POD = 'fd5a1234560000020000000000000010';
const N2_MAC = '02550a000002';

// Everything that a target could have left behind, in the words of the kernel.
const STATE_SCRIPT = `
ip -d addr; ip -4 route show table all; ip -6 route show table all; ip -4 rule; ip -6 rule; ip neigh show nud all; ip fou show
ip -4 route show cache; ip -6 route show cache
for file in /proc/sys/net/ipv4/*forward* /proc/sys/net/ipv4/conf/*/* /proc/sys/net/ipv6/conf/*/*; do
  case $file in */stable_secret) continue ;; esac
  [ ! -f "$file" ] || { read -r value <"$file" && echo "$file $value"; }
done 2>/dev/null
`;

let session: VmSession;
const wire = (port: PortName): Wire => {
  const found = session.wires.get(port);
  if (found === undefined) throw new Error(`expected a wire on ${port}`);
  return found;
};

if (noVm === undefined) {
  test.before(async () => {
    session = await startVmNode({ targetFolder: LINUX_SIT });
  });
  test.after(async () => {
    await session[Symbol.asyncDispose]();
  });
  test.after.each(async () => {
    await session.down();
  });
}

/** The next frame on a port for which `select` holds. */
const nextFrame = (port: PortName, select: (text: string) => boolean): Promise<string> =>
  new Promise((resolve) => {
    const stop = wire(port).onFrame((frame) => {
      const text = Buffer.from(frame).toString('hex');
      if (!select(text)) return;
      stop();
      resolve(text);
    });
  });

const inner = (payload: string): string => {
  const bytes = payload.length / 2;
  return `60000000${(bytes + 8).toString(16).padStart(4, '0')}1140${POD}${REMOTE_POD}12341235${(bytes + 8).toString(16).padStart(4, '0')}abcd${payload}`;
};

/** Answers the DUT's ARP requests for N2. */
const answerArp = (): (() => void) =>
  wire('U').onFrame((frame) => {
    const text = Buffer.from(frame).toString('hex');
    if (text.slice(24, 44) !== '08060001080006040001') return;
    wire('U').send(hex(`${DUT_U}${N2_MAC}08060001080006040002${N2_MAC}0a000002${DUT_U}0a000001`));
  });

const encapsulated = async (payload: string): Promise<string> => {
  const stop = answerArp();
  const out = nextFrame('U', (text) => text.slice(24, 28) === '0800');
  wire('P').send(hex(`${DUT_P}02660000001086dd${inner(payload)}`));
  const frame = await out;
  stop();
  return frame;
};

const state = async (): Promise<string> => (await session.run({ script: STATE_SCRIPT })).stdout;

test.skipIf(noVm, 'a booted node says what it is', () => {
  assert.is(session.facts.node, 'vm');
  assert.match(session.facts.kernelRelease ?? '', /^6\.1\..*cloud-amd64$/);
  assert.ok(session.facts.phases.some(({ phase, durationMs }) => phase === 'boot' && durationMs > 0));
  assert.equal([...session.ports.keys()], ['P', 'U', 'U2']);
});

test.skipIf(noVm, 'a packet from a pod comes out on the underlay inside protocol 41', async () => {
  assert.is((await session.up(setupFor(session, OVERLAY))).kind, 'ready');
  const frame = await encapsulated('cafe');
  assert.is(frame.slice(0, 28), `${N2_MAC}${DUT_U}0800`);
  assert.match(frame.slice(28, 68), /^45000046....40004029....0a0000010a000002$/);
  assert.is(frame.slice(68), inner('cafe').replace('1140', '113f'));
});

test.skipIf(noVm, 'with FOU the packet comes out inside UDP, on a tunnel 8 bytes narrower', async () => {
  assert.is((await session.up(setupFor(session, FOU))).kind, 'ready');
  const frame = await encapsulated('cafe');
  assert.is(frame.slice(46, 48), '11', 'outer protocol');
  assert.is(frame.slice(72, 84), '0dd8003a0000', 'destination port 3544, length 58, checksum 0');
  const link = await session.run({ script: 'cat /sys/class/net/overlay/mtu' });
  assert.is(link.stdout, '1472\n');
});

test.skipIf(noVm, 'jumbo frames pass both ways where the set-up asks for them', async () => {
  const mtus = { underlayMtuBytes: 65_535, podMtuBytes: 65_000 };
  assert.is((await session.up(setupFor(session, OVERLAY, mtus))).kind, 'ready');
  const payload = 'ab'.repeat(64_900);
  const frame = await encapsulated(payload);
  assert.is(frame.length / 2, 14 + 20 + 48 + 64_900);
  assert.ok(frame.endsWith(payload));
});

test.skipIf(noVm, 'down leaves the node as it was before, whatever was up', async () => {
  const first = setupFor(session, OVERLAY);
  // A port keeps the queue that it got when it was first up, and the driver its module; with both used once, nothing may differ.
  await session.up(setupFor(session, FOU, { secondUnderlayPort: true }));
  await session.down();
  const before = await state();
  const setups: TargetSetup[] = [
    first,
    setupFor(session, FOU, { underlayMtuBytes: 1400 }),
    setupFor(session, '6to4', { secondUnderlayPort: true, routesOverU2: ['203.0.115.128/25'] }),
    setupFor(session, '6in4,strictRpf=on'),
  ];
  for (const setup of setups) {
    assert.is((await session.up(setup)).kind, 'ready', setup.profile);
    if (setup === first) await encapsulated('cafe');
    await session.down();
    assert.is(await state(), before, setup.profile);
  }
});

test.skipIf(noVm, 'a path MTU that was learned is forgotten with down', async () => {
  const setup = setupFor(session, OVERLAY);
  await session.up(setup);
  const outer = (await encapsulated('00'.repeat(1300))).slice(28);
  // Fragmentation needed (3/4), next-hop MTU 1300, quoting the outer header and 8 bytes.
  const quoted = outer.slice(0, 56);
  const icmp = `0304${'0000'}00000514${quoted}`;
  const ip = `45000038000000004001${'0000'}0a0000020a000001`;
  wire('U').send(hex(`${DUT_U}${N2_MAC}0800${withChecksum(ip, 10)}${withChecksum(icmp, 2)}`));
  const cached = async (): Promise<string> => (await session.run({ script: 'ip route get 10.0.0.2' })).stdout;
  while (!(await cached()).includes('mtu 1300')) await session.clock.sleep(10);
  await session.up(setup);
  assert.not.match(await cached(), 'mtu');
});

test.skipIf(
  noVm,
  'nothing is heard on the underlay that nobody asked for, and on the pods’ port only listener reports',
  async () => {
    const heard: string[] = [];
    const stops = (['P', 'U', 'U2'] as const).map((port) =>
      wire(port).onFrame((frame) => heard.push(`${port} ${Buffer.from(frame).toString('hex')}`)),
    );
    await session.up(setupFor(session, OVERLAY, { secondUnderlayPort: true }));
    await session.clock.sleep(300);
    await session.down();
    for (const stop of stops) stop();
    // To a multicast address; hop-by-hop header with router alert before ICMPv6 type 143 (RFC 3810 section 5).
    const isReport = (text: string): boolean => text.startsWith('P 3333') && text.includes('3a000502000001008f');
    assert.equal(
      heard.filter((text) => !isReport(text)),
      [],
    );
  },
);

test.skipIf(noVm, 'what the driver cannot do it says itself, and nothing is changed by asking', async () => {
  const before = await state();
  const setup = setupFor(session, OVERLAY);
  const nonsense = { ...setup, mapping: { kind: 'nonsense' } } as unknown as TargetSetup; // what no profile can spell
  assert.equal(await session.up(nonsense), {
    kind: 'unsupported',
    reason: 'linux-sit: not supported: mapping nonsense',
  });
  assert.is((await session.up(setupFor(session, `${setup.profile},ecnDecap=off`))).kind, 'unsupported');
  const unknown = { ...setup, switches: { ...setup.switches, teleport: 'on' } } as unknown as TargetSetup; // likewise
  assert.equal(await session.up(unknown), {
    kind: 'unsupported',
    reason: 'linux-sit: not supported: unknown switch TELEPORT',
  });
  assert.is(await state(), before);
});

test.skipIf(noVm, 'a malformed set-up is an error, not something unsupported, and leaves nothing behind', async () => {
  await session.up(setupFor(session, OVERLAY));
  await session.down();
  const before = await state();
  const setup = setupFor(session, OVERLAY);
  const broken = { ...setup, overlay: { ...setup.overlay, address: 'fd5a:::1' } };
  await assert.rejects(
    session.up(broken),
    /expected up of the target to exit with 0 or 127 for .*, found 1:\n.*fd5a:::1/s,
  );
  assert.match(await session.diagnostics(), 'console of the guest');
  assert.is(await state(), before);
});

test.skipIf(noVm, 'output of a script comes back whole, with its exit code and its errors', async () => {
  const result = await session.run({ script: 'seq 1 50000; cat >&2; exit 7', stdin: 'told\n' });
  assert.is(result.exitCode, 7);
  assert.is(result.stderr, 'told\n');
  assert.is(result.stdout.split('\n').length, 50_001);
  assert.ok(result.stdout.endsWith('\n49999\n50000\n'));
});

test.skipIf(noVm, 'stats says what the kernel counts while the target is up, and why not when it is down', async () => {
  await session.up(setupFor(session, OVERLAY));
  const outcome = await session.stats();
  assert.is(outcome.kind, 'stats');
  if (outcome.kind !== 'stats') return;
  assert.is(outcome.stats.counters.decapDropsSpoofed, 0);
  // The fallback device of the driver is there as well.
  assert.is(outcome.stats.entries.tunnels, 2);
  await session.down();
  assert.equal(await session.stats(), { kind: 'unsupported', reason: 'nothing is up' });
});

test.skipIf(noVm, 'up and down take a fraction of a second', async () => {
  const setup = setupFor(session, OVERLAY);
  const startedMs = performance.now();
  const rounds = 5;
  for (let round = 0; round < rounds; round += 1) {
    await session.up(setup);
    await session.down();
  }
  const eachMs = (performance.now() - startedMs) / rounds;
  assert.ok(eachMs < 2_000, `up and down took ${eachMs} ms`);
});

/** Writes the Internet checksum (RFC 1071) of all bytes at an offset, which must hold zeros. */
const withChecksum = (text: string, offset: number): string => {
  let sum = 0;
  for (let index = 0; index < text.length; index += 4)
    sum += Number.parseInt(text.slice(index, index + 4).padEnd(4, '0'), 16);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  const checksum = (~sum & 0xffff).toString(16).padStart(4, '0');
  return text.slice(0, offset * 2) + checksum + text.slice(offset * 2 + 4);
};

test.skipIf(noVm, 'a person gets into the guest by a script, with its own ip and a limit', async () => {
  const { exitCode, stdout } = await session.shell.run("ip -br link show dev eth0 | cut -d ' ' -f 1; exit 5");
  assert.equal([exitCode, stdout], [5, 'eth0\n']);
});

test.run();
