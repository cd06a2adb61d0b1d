/** Runs that are ended at any moment, in every way there is, leave nothing behind. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../../harness/random.ts';
import { assert, suite } from '../../support/suite.ts';
import { pause, whyNoNetns, writeTarget } from './support.ts';

const test = suite('node/netns/chaos', { timeoutMs: 240_000 });
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const noNetns = await whyNoNetns();
/** Moments of a run, from the start of Node to cases under way. */
const LATEST_MS = 2000;
const RUNS_PER_SIGNAL = 4;

let folder: string;
let targets: string[];
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-chaos-'));
  await chmod(folder, 0o755);
  const stubborn = `[ "$PROTO41_MAPPING" = 6rd ] || exit 127
trap '' TERM INT
setsid sh -c 'trap "" TERM INT; sleep 1234' &
ip link set dev eth0 up; ip link set dev eth1 up; ip tuntap add dev chaos0 mode tun
echo ready
while :; do sleep 1; done`;
  const script = `[ "$PROTO41_MAPPING" = 6rd ] || exit 127
setsid sleep 1235 &
ip link set dev eth0 up`;
  targets = [
    join(ROOT, 'targets/reference-live'),
    await writeTarget(join(folder, 'stubborn'), 'process', { up: stubborn }),
    await writeTarget(join(folder, 'script'), 'script', { up: script, down: ':' }),
  ];
  await mkdir(join(folder, 'tmp'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

interface Traces {
  readonly processes: readonly string[];
  readonly namespaces: readonly string[];
  readonly interfaces: readonly string[];
  readonly temporary: readonly string[];
}

const NOTHING: Traces = { processes: [], namespaces: [], interfaces: [], temporary: [] };

/** What can be seen of runs: the processes that carry the word, the namespaces that are not everybody's, files. */
const traces = async (word: string): Promise<Traces> => {
  const processes: string[] = [];
  const namespaces = new Set<string>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      if (!(await readFile(`/proc/${pid}/environ`, 'utf8')).includes(word)) continue;
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      if (/\) [ZX] /.test(stat)) continue;
      processes.push(`${pid} ${(await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')}`);
      namespaces.add(await readlink(`/proc/${pid}/ns/net`));
    } catch {
      continue; // it has ended meanwhile
    }
  }
  namespaces.delete(await readlink('/proc/self/ns/net'));
  const temporary = (await readdir(join(folder, 'tmp'))).filter((name) => !name.startsWith('tsx-'));
  const interfaces = (await readdir('/sys/class/net')).filter((name) => /^(tester-|chaos)/.test(name));
  return { processes, namespaces: [...namespaces], interfaces, temporary };
};

/** Starts a run that would take long, with a word in the environment of all its processes. */
const startRun = (target: string, wire: string, word: string): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      'run.ts',
      'run',
      `--target=${target}`,
      '--node=netns',
      `--wire=${wire}`,
      '--case=decap.*',
      '--repeat=50',
      `--out=${join(folder, 'out', word)}`,
    ],
    { cwd: ROOT, stdio: 'ignore', env: { ...process.env, CHAOS: word, TMPDIR: join(folder, 'tmp') } },
  );

for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
  test.skipIf(noNetns, `${signal} at any moment leaves no process, namespace or file`, async () => {
    const random = seededRandom(`chaos ${signal}`);
    let targetsStarted = 0;
    for (let run = 0; run < RUNS_PER_SIGNAL; run += 1) {
      const word = `chaos-${signal}-${run}-${process.pid}`;
      const target = targets[run % targets.length] ?? '';
      const wire = run === 3 ? 'pcap' : 'afpacket';
      const child = startRun(target, wire, word);
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      const log = join(folder, 'out', word, 'evidence', 'target.log');
      // Every other one is ended on its way to the first target, the rest while targets come and go.
      const isLate = run % 2 === 1;
      for (let waited = 0; isLate && !existsSync(log) && waited < 1000; waited += 1) await pause(10);
      const delayMs = random.int(LATEST_MS);
      await pause(delayMs);
      child.kill(signal);
      await ended;
      let left = await traces(word);
      // The kernel ends what is in a space after its first process, and takes namespaces away after that.
      for (let waited = 0; left.processes.length > 0 && waited < 300; waited += 1) {
        await pause(10);
        left = await traces(word);
      }
      assert.equal(left, NOTHING, `${target} after ${delayMs} ms`);
      if (existsSync(log)) targetsStarted += 1;
    }
    assert.ok(targetsStarted > 1, `${targetsStarted} targets had been started`);
  });
}

test.run();
