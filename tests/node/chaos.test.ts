/**
 * Runs that are ended at any moment, in every way there is, leave nothing behind on any node: at once, or after the next start where
 * they could not clean up themselves. `CHAOS_RUNS=300` tries more moments, `CHAOS_NODES=vm,docker` only some nodes.
 */
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { seededRandom } from '../../harness/random.ts';
import { assert, suite } from '../support/suite.ts';
import { lookAtMachine, NOTHING, tracesAfterAWhile, type Machine, type Runs } from './chaos-traces.ts';
import { whyNoProjectImage } from './docker/support.ts';
import { asNobody, whyNoNetns, whyNoUserNamespace, writeTarget } from './netns/support.ts';
import { whyNoVm } from './vm/support.ts';

const test = suite('node/chaos', { timeoutMs: 900_000 });
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
type Signal = (typeof SIGNALS)[number];
/** Of each kind of node, with every signal the same number. */
const RUNS = Number(process.env['CHAOS_RUNS'] ?? '30');
const AT_ONCE = 3;
const WANTED = process.env['CHAOS_NODES']?.split(',');
/** A run that has not come to its target by then is ended where it is. */
const BEGUN_LIMIT_MS = 60_000;
/** One Ctrl-C reaches what `npm start` has started twice. */
const SAME_KEYSTROKE_MS = 20;

interface Kind {
  readonly name: string;
  readonly obstacle: string | undefined;
  /** What the runs of this kind are given, by turns. */
  readonly parameters: readonly (readonly string[])[];
  /** Moments of a run, from the start of Node to cases under way. */
  readonly latestMs: number;
  /** As somebody without rights: a third as many, because it is the same node. */
  readonly isNobody?: boolean;
}

let folder: string;
let machine: Machine;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-chaos-'));
  await chmod(folder, 0o755);
  for (const name of ['tmp', 'out']) {
    await mkdir(join(folder, name));
    await chmod(join(folder, name), 0o777);
  }
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
  machine = await lookAtMachine(noDocker === undefined);
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
    name: 'netns',
    obstacle: noNetns ?? (await whyNoUserNamespace()),
    parameters: [['--target=script'], ['--target=script', '--jobs=2']],
    latestMs: 3000,
    isNobody: true,
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

/** The parameters of a run, with the targets of this test in its folder. */
const commandLine = (kind: Kind, signal: Signal, turn: number, out: string): readonly [string, ...string[]] => [
  ...(kind.isNobody === true ? ([...asNobody, process.execPath] as const) : ([process.execPath] as const)),
  '--import',
  'tsx',
  'run.ts',
  'run',
  `--node=${kind.name}`,
  `--out=${join(folder, 'out', out)}`,
  // Shifted from signal to signal, so that none of them goes with the same moment alone.
  ...(kind.parameters[(turn + SIGNALS.indexOf(signal)) % kind.parameters.length] ?? []).map((word) =>
    word.replace(/=(stubborn|script)$/, `=${join(folder, '$1')}`),
  ),
];

const environmentOf = (word: string): NodeJS.ProcessEnv => ({
  ...process.env,
  CHAOS: word,
  TMPDIR: join(folder, 'tmp'),
});

/** Of three runs one is ended anywhere from its start on, one after it has come to its target, and one is so short that it may be over. */
const MOMENTS = ['any', 'begun', 'short'] as const;
/** In which part of the latest moment it is ended. */
const LENGTH_OF = { any: 1, begun: 0.5, short: 1.5 } as const;
const ONE_CASE = ['--case=decap.strict-rpf-off'] as const;

/** Ends a run at a random moment. */
const runAndEnd = async (kind: Kind, turn: number, signal: Signal, word: string): Promise<void> => {
  const random = seededRandom(word.replace(String(process.pid), ''));
  const moment = MOMENTS[turn % MOMENTS.length] ?? 'any';
  const cases = moment === 'short' ? ONE_CASE : ['--case=decap.*', '--repeat=50'];
  const [file, ...parameters] = commandLine(kind, signal, turn, word);
  const child = spawn(file, [...parameters, ...cases], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environmentOf(word),
  });
  const ended = new Promise<'ended'>((resolve) => child.once('close', () => resolve('ended')));
  const pause = (durationMs: number): Promise<unknown> =>
    Promise.race([ended, delay(durationMs, null, { ref: false })]);
  let hasBegun = false;
  const begun = new Promise<void>((resolve) => {
    child.stderr.on('data', (text: Buffer) => {
      hasBegun ||= text.includes('setting up the target');
      if (hasBegun) resolve();
    });
  });
  if (moment === 'begun') await Promise.race([begun, pause(BEGUN_LIMIT_MS)]);
  await pause(random.int(kind.latestMs * LENGTH_OF[moment]));
  child.kill(signal);
  if (signal === 'SIGINT' && random.int(2) === 0) {
    await pause(SAME_KEYSTROKE_MS);
    child.kill(signal);
  }
  await ended;
  if (moment === 'begun') assert.ok(hasBegun, `${file} ${parameters.join(' ')}: expected it to come to its target`);
};

/** Runs with all turns up to a number, some at once. */
const runMany = async (kind: Kind, count: number, signal: Signal, word: string): Promise<void> => {
  let turn = 0;
  const worker = async (): Promise<void> => {
    while (turn < count) {
      const mine = turn;
      turn += 1;
      await runAndEnd(kind, mine, signal, `${word}${String(mine)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

/** One case, to its end: the next start, which sweeps. */
const startAnother = async (kind: Kind, word: string): Promise<void> => {
  const [file, ...parameters] = commandLine(kind, 'SIGKILL', 0, `${word}next`);
  await execa(file, [...parameters, ...ONE_CASE], { cwd: ROOT, reject: false, env: environmentOf(word) });
};

for (const [index, kind] of KINDS.entries()) {
  const name = `${kind.name}${kind.isNobody === true ? ', in a user namespace' : ''}`;
  const count = Math.ceil(RUNS / SIGNALS.length / (kind.isNobody === true ? 3 : 1));
  const isWanted = WANTED?.includes(kind.name) ?? true;
  test.skipIf(
    isWanted ? kind.obstacle : 'not in CHAOS_NODES',
    `of ${String(count * SIGNALS.length)} runs on ${name} that are ended at any moment nothing is left behind`,
    async () => {
      for (const signal of SIGNALS) {
        const word = `chaos-${String(index)}-${signal}-${String(process.pid)}-`;
        const runs: Runs = { word, folder, temporary: join(folder, 'tmp') };
        await runMany(kind, count, signal, word);
        if (signal === 'SIGKILL') await startAnother(kind, word);
        assert.equal(await tracesAfterAWhile(runs, machine), NOTHING, `${name}, ${signal}`);
      }
    },
  );
}

test.run();
