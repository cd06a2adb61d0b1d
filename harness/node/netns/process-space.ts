import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { NetnsError } from './netns-error.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { processesOfSpace, signalAll, type SpaceProcess } from './space-processes.ts';

/**
 * First process of the space. It lives as long as its standard input: the kernel then ends every other process of the space,
 * wherever it has hidden from its parent. That the signal of children is ignored makes those vanish that nobody waits for.
 */
const FIRST_PROCESS = `
read -r pid rest </proc/self/stat || exit 1
mount -t proc proc /proc && mount -t sysfs sysfs /sys || exit 1
[ "$1" = keep-run ] || mount -t tmpfs tmpfs /run || exit 1
echo "$pid"
env --ignore-signal=CHLD true 2>/dev/null && exec env --ignore-signal=CHLD cat >/dev/null
exec cat >/dev/null
`;
const NEW_SPACE = ['--pid', '--fork', '--mount', '--kill-child=SIGKILL', '--'];
const ENTER = ['--pid', '--mount', '--net', '--', 'sh', '-c', 'cd "$1" && exec "$2"', 'sh'];
const SHELL = ['--pid', '--mount', '--net', '--', 'sh'];
const TIME_LIMIT_MS = 10_000;
const POLL_MS = 5;

/** A space for the processes of one target: of its own are network, process ids, /proc, /sys and /run. */
export interface ProcessSpace extends AsyncDisposable {
  /** A command line that runs a program in the space, in a folder, with these variables of its own environment. */
  command(
    program: string,
    folder: string,
    variables: readonly string[],
  ): readonly [file: string, ...parameters: string[]];
  /** A command line that opens a shell in the space, for a terminal outside. */
  readonly shellCommand: readonly string[];
  /** What belongs to the program whose command line was started as the leader of a process group. */
  group(leader: number): Promise<readonly SpaceProcess[]>;
  /** What runs in it, besides its first process. */
  processes(): Promise<readonly SpaceProcess[]>;
  /** Ends every process in it but the first. */
  clear(): Promise<void>;
  /** Resolves when the space has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

/** @throws NetnsError `NETNS_PROCESSES` */
export const openProcessSpace = async (
  namespace: NetworkNamespace,
  options: { readonly keepRun: boolean },
): Promise<ProcessSpace> => {
  const child = namespace.enter(() =>
    spawn(
      'unshare',
      [...NEW_SPACE, 'sh', '-c', FIRST_PROCESS, 'sh', options.keepRun ? 'keep-run' : ''],
      // A group of its own: Ctrl-C is for this process, which ends the space in good order.
      { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
    ),
  );
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdin.on('error', () => undefined); // it has ended, which is told otherwise
  const first = Number(await firstLine(child));
  const processes = (): Promise<readonly SpaceProcess[]> => processesOfSpace(first);
  return {
    command: (program, folder) => ['nsenter', `--target=${String(first)}`, ...ENTER, folder, program],
    shellCommand: [
      'nsenter',
      // From outside, the way leads through the user namespace that this process runs in.
      ...(isInUserNamespace() ? ['--user', '--preserve-credentials'] : []),
      `--target=${String(first)}`,
      ...SHELL,
    ],
    processes,
    group: async (leader) => (await processes()).filter(({ group }) => group === leader),
    clear: () => endProcesses(processes),
    ended,
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS);
      await ended;
      clearTimeout(timer);
    },
  };
};

/** Ends all that there are, and those that appear meanwhile. Throws NetnsError for one that does not end. */
export const endProcesses = async (processes: () => Promise<readonly SpaceProcess[]>): Promise<void> => {
  const limitMs = performance.now() + TIME_LIMIT_MS;
  for (;;) {
    const left = await processes();
    if (left.length === 0) return;
    if (performance.now() > limitMs) {
      const names = left.map(({ pid, name }) => `${name} (${String(pid)})`).join(', ');
      throw new NetnsError('NETNS_PROCESSES', `expected every process of the target to end on SIGKILL, found ${names}`);
    }
    signalAll(left, 'SIGKILL');
    await delay(POLL_MS);
  }
};

/** Whether root of this process is somebody else outside. */
const isInUserNamespace = (): boolean => !/^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    const fail = (reason: string, cause?: unknown): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      const words = `expected a space for the processes of the target (unshare of util-linux), found: ${reason}`;
      reject(new NetnsError('NETNS_PROCESSES', words, cause));
    };
    const timer = setTimeout(() => {
      fail(`no answer for ${TIME_LIMIT_MS / 1000} s`);
    }, TIME_LIMIT_MS);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const [line, rest] = stdout.split('\n');
      if (line === undefined || rest === undefined) return;
      clearTimeout(timer);
      resolve(line);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', (error) => {
      fail(error.message, error);
    });
    child.once('close', () => {
      fail(stderr.trim() || 'it ended without a word');
    });
  });
