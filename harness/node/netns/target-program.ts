import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { setupEnvironment } from '../../target/environment.ts';
import type { TargetSetup } from '../../target/setup.ts';
import { TargetError } from '../../target/target-error.ts';
import { NetnsError } from './netns-error.ts';
import type { ProcessSpace } from './process-space.ts';
import { signalAll, type SpaceProcess } from './space-processes.ts';

export const TARGET_TIME_LIMIT_MS = 60_000;
/** How long a program that has ended may keep its output open: what it started in the background may hold it for ever. */
const OUTPUT_GRACE_MS = 100;
const STOP_TIME_LIMIT_MS = 5_000;
const STOP_POLL_MS = 10;
const KEPT_OUTPUT_CHARACTERS = 64 * 1024;

/** A target written for Node finds the one that runs Proto41, wherever that is. */
const PATH = [process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', dirname(process.execPath)].join(delimiter);

export type ProgramName = 'up' | 'down' | 'stats';

export interface ProgramOptions {
  readonly space: ProcessSpace;
  readonly folder: string;
  readonly program: ProgramName;
  readonly setup: TargetSetup;
  readonly onStderr: (text: string) => void;
}

export interface ProgramEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** How it ended, for people. */
  readonly how: string;
}

/** A program of a target, started in the space with the set-up in its variables and on its standard input. */
export class TargetProgram {
  /** Resolves when it has ended and has said all it had to say. */
  readonly ended: Promise<ProgramEnd>;
  stdout = '';
  stderr = '';
  readonly #space: ProcessSpace;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  constructor({ space, folder, program, setup, onStderr }: ProgramOptions) {
    this.#space = space;
    const variables = setupEnvironment(setup);
    const [file, ...parameters] = space.command(`./${program}`, folder, Object.keys(variables));
    this.#child = spawn(file, parameters, {
      // A group of its own, so that what it starts can be ended with it.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, PATH, TMPDIR: '/run', ...variables },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout = (this.stdout + text).slice(-KEPT_OUTPUT_CHARACTERS);
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT_OUTPUT_CHARACTERS);
      onStderr(text);
    });
    this.ended = this.#end();
    this.#child.stdin.on('error', () => undefined); // a program need not read its set-up
    this.#child.stdin.end(JSON.stringify(setup));
  }

  /** What it wrote, for an error. */
  get output(): string {
    return this.stderr.trim() || this.stdout.trim() || '(it wrote nothing)';
  }

  onStdout(listener: () => void): void {
    this.#child.stdout.on('data', listener);
  }

  /** Ends it and all of its process group: SIGTERM, and SIGKILL for what is still there after five seconds. */
  async stop(): Promise<void> {
    const limitMs = performance.now() + STOP_TIME_LIMIT_MS;
    signalAll(await this.#group(), 'SIGTERM');
    while ((await this.#group()).length > 0 && performance.now() < limitMs) await delay(STOP_POLL_MS);
    await this.kill();
  }

  async kill(): Promise<void> {
    signalAll(await this.#group(), 'SIGKILL');
    await this.ended;
  }

  /** Those of the group that are in the space: nsenter, which leads it from outside, stays to collect them. */
  async #group(): Promise<readonly SpaceProcess[]> {
    const { pid } = this.#child;
    return pid === undefined ? [] : this.#space.group(pid);
  }

  #end(): Promise<ProgramEnd> {
    return new Promise((resolve, reject) => {
      let closed = (): void => undefined;
      const outputEnded = new Promise<void>((settle) => (closed = settle));
      this.#child.once('close', () => closed());
      this.#child.once('error', (error) => {
        reject(new TargetError(`expected to start a program of the target, found: ${error.message}`, error));
      });
      this.#child.once('exit', (exitCode, signal) => {
        const how = signal ?? `exit code ${String(exitCode)}`;
        void Promise.race([outputEnded, delay(OUTPUT_GRACE_MS)]).then(() => resolve({ exitCode, how }));
      });
    });
  }
}

/** Runs a program to its end. Throws NetnsError when it does not come to one in time. */
export const runProgram = async (
  options: ProgramOptions,
): Promise<ProgramEnd & { readonly program: TargetProgram }> => {
  const program = new TargetProgram(options);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    // Its end is awaited below.
    void program.kill();
  }, TARGET_TIME_LIMIT_MS);
  try {
    const end = await program.ended;
    if (!isLate) return { ...end, program };
  } finally {
    clearTimeout(timer);
  }
  throw new NetnsError(
    'NETNS_TARGET_LATE',
    `expected ${options.program} of the target to end within ${TARGET_TIME_LIMIT_MS / 1000} s for ${options.setup.profile}, ` +
      `found it running; it wrote:\n${program.output}`,
  );
};
