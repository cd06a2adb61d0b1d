/**
 * Runs that are ended at any moment, in every way there is, leave nothing behind on any node: at once, or after the next start where
 * they could not clean up themselves. `CHAOS_RUNS=30` tries more moments,
 * `CHAOS_NODES=vm,docker` only some nodes.
 */
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { parseIdentity, processState } from '../../harness/node/process-identity.ts';
import { seededRandom } from '../../harness/random.ts';
import { assert, suite } from '../support/suite.ts';
import { whyNoProjectImage } from './docker/support.ts';
import { pause, whyNoNetns, writeTarget } from './netns/support.ts';
import { whyNoVm } from './vm/support.ts';

const test = suite('node/chaos', { timeoutMs: 600_000 });
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
/** Of each kind of node, with every signal the same number. */
const RUNS = Number(process.env['CHAOS_RUNS'] ?? '9');
const AT_ONCE = 3;
const WANTED = process.env['CHAOS_NODES']?.split(',');

interface Kind {
  readonly name: string;
  readonly obstacle: string | undefined;
  /** What the runs of this kind are given, by turns. */
  readonly parameters: readonly (readonly string[])[];
  /** Moments of a run, from the start of Node to cases under way. */
  readonly latestMs: number;
}

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-chaos-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'tmp'));
  const stubborn = `[ "$PROTO41_MAPPING" = 6rd ] || exit 127
trap '' TERM INT
setsid sh -c 'trap "" TERM INT; sleep 1234' &
ip link set dev eth0 up; ip link set dev eth1 up; ip tuntap add dev chaos0 mode tun
echo ready
while :; do sleep 1; done`;
  const script = `[ "$PROTO41_MAPPING" = 6rd ] || exit 127
setsid sleep 1235 &
ip link set dev eth0 up`;
  await writeTarget(join(folder, 'stubborn'), 'process', { up: stubborn });
  await writeTarget(join(folder, 'script'), 'script', { up: script, down: ':' });
});
test.after(() => rm(folder, { recursive: true, force: true }));

const noNetns = await whyNoNetns();
const noDocker = noNetns ?? (await whyNoProjectImage());
const KINDS: readonly Kind[] = [
  {
    name: 'memory',
    obstacle: process.platform === 'linux' ? undefined : 'looks for processes in /proc',
    parameters: [['--target=reference'], ['--target=reference', '--jobs=2']],
    latestMs: 1500,
  },
  {
    name: 'netns',
    obstacle: noNetns,
    parameters: [
      ['--target=reference-live'],
      ['--target=stubborn'],
      ['--target=script', '--wire=pcap'],
      ['--target=stubborn', '--jobs=2'],
    ],
    latestMs: 2000,
  },
  {
    name: 'vm',
    obstacle: await whyNoVm(),
    parameters: [['--target=linux-sit'], ['--target=linux-sit', '--jobs=2']],
    latestMs: 4000,
  },
  {
    name: 'docker',
    obstacle: noDocker,
    parameters: [['--target=stubborn'], ['--target=linux-sit', '--kernel=bookworm'], ['--target=stubborn', '--jobs=2']],
    latestMs: 4000,
  },
];

interface Traces {
  readonly processes: readonly string[];
  readonly namespaces: readonly string[];
  readonly interfaces: readonly string[];
  readonly temporary: readonly string[];
  readonly containers: readonly string[];
}

const NOTHING: Traces = { processes: [], namespaces: [], interfaces: [], temporary: [], containers: [] };

/** What can be seen of runs: processes with the word in their environment, namespaces that are not everybody's, files, containers without owner. */
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
  const interfaces = (await readdir('/sys/class/net')).filter((name) => /^(tester-|chaos|guest-)/.test(name));
  return { processes, namespaces: [...namespaces], interfaces, temporary, containers: await orphanedContainers() };
};

const orphanedContainers = async (): Promise<string[]> => {
  if (noDocker !== undefined) return [];
  const format = '{{.ID}} {{.Label "proto41.owner"}}';
  const { stdout } = await execa('docker', ['ps', '--all', '--filter', 'label=proto41.owner', '--format', format]);
  return stdout.split('\n').filter((line) => {
    const owner = parseIdentity(line.slice(line.indexOf(' ') + 1));
    return owner !== undefined && processState(owner) === 'gone';
  });
};

/** The parameters of a run, with the targets of this test in its folder. */
const commandLine = (kind: Kind, turn: number, out: string): readonly string[] => [
  '--import',
  'tsx',
  'run.ts',
  'run',
  `--node=${kind.name}`,
  `--out=${out}`,
  ...(kind.parameters[turn % kind.parameters.length] ?? []).map((word) =>
    word.replace(/=(stubborn|script)$/, `=${join(folder, '$1')}`),
  ),
];

const environmentOf = (word: string): NodeJS.ProcessEnv => ({
  ...process.env,
  CHAOS: word,
  TMPDIR: join(folder, 'tmp'),
});

/** Ends a run that would take long at a random moment. True when its first case or target had begun by then. */
const runAndEnd = async (
  kind: Kind,
  turn: number,
  signal: (typeof SIGNALS)[number],
  word: string,
): Promise<boolean> => {
  const random = seededRandom(`chaos ${kind.name} ${signal} ${String(turn)}`);
  const out = join(folder, 'out', word);
  const parameters = [...commandLine(kind, turn, out), '--case=decap.*', '--repeat=50'];
  const child = spawn(process.execPath, parameters, {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environmentOf(word),
  });
  let begun = false;
  child.stderr.on('data', (text: Buffer) => {
    begun ||= text.includes('setting up the target');
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // Every other one is ended on its way to the first target, the rest while cases run.
  for (let waited = 0; turn % 2 === 1 && !begun && waited < 3000; waited += 1) await pause(10);
  await pause(random.int(turn % 2 === 1 ? kind.latestMs / 2 : kind.latestMs));
  child.kill(signal);
  await ended;
  return begun;
};

/** One case, to its end: the next start, which sweeps. */
const startAnother = async (kind: Kind, word: string): Promise<void> => {
  const parameters = [...commandLine(kind, 0, join(folder, 'out', `${word}-next`)), '--case=decap.strict-rpf-off'];
  await execa(process.execPath, parameters, { cwd: ROOT, reject: false, env: environmentOf(word) });
};

for (const kind of KINDS) {
  const isWanted = WANTED?.includes(kind.name) ?? true;
  test.skipIf(
    isWanted ? kind.obstacle : 'not in CHAOS_NODES',
    `a run on ${kind.name} that is ended at any moment leaves nothing behind`,
    async () => {
      let begun = 0;
      for (const signal of SIGNALS) {
        const perSignal = Math.ceil(RUNS / SIGNALS.length);
        for (let first = 0; first < perSignal; first += AT_ONCE) {
          const word = `chaos-${kind.name}-${signal}-${String(first)}-${String(process.pid)}-`;
          const turns = Array.from({ length: Math.min(AT_ONCE, perSignal - first) }, (_, index) => first + index);
          const ran = await Promise.all(turns.map((turn) => runAndEnd(kind, turn, signal, `${word}${String(turn)}`)));
          begun += ran.filter(Boolean).length;
          if (signal === 'SIGKILL') await startAnother(kind, word);
          let left = await traces(word);
          // The kernel ends what is in a space after its first process, and takes namespaces away after that.
          for (let waited = 0; JSON.stringify(left) !== JSON.stringify(NOTHING) && waited < 400; waited += 1) {
            await pause(25);
            left = await traces(word);
          }
          assert.equal(left, NOTHING, `${kind.name}, ${signal}`);
        }
      }
      assert.ok(begun > 1, `${String(begun)} runs had begun`);
    },
  );
}

test.run();
