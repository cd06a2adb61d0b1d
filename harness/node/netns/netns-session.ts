import { execa } from 'execa';
import type { TargetKind } from '../../target/manifest.ts';
import { downFailure, NOT_SUPPORTED, programFailure, unsupportedReason } from '../../target/program-failure.ts';
import type { TargetSetup } from '../../target/setup.ts';
import { parseStats, type StatsOutcome } from '../../target/stats.ts';
import { TargetError } from '../../target/target-error.ts';
import { wallClock } from '../../wire/clock.ts';
import type { InterfaceWire } from '../../wire/interface/interface-wire.ts';
import type { PortName, Wire } from '../../wire/wire.ts';
import type { NodeFacts, NodeInspection, NodePort, NodeSession, NodeShell, UpOutcome } from '../node.ts';
import { startDaemon } from './daemon.ts';
import { NETNS_PORTS } from './links.ts';
import type { ProcessSpace } from './process-space.ts';
import type { TargetLog } from './target-log.ts';
import { runProgram, type ProgramEnd, type TargetProgram } from './target-program.ts';

const SHELL_LIMIT_MS = 60_000;
/** Of a shell that was ended. */
const SIGNAL_EXIT_CODE = 137;

export interface NetnsTarget {
  /** An `image` may do either: configure and exit, or say `ready` and stay. */
  readonly kind: Extract<TargetKind, 'script' | 'process' | 'image'>;
  readonly folder: string;
  /** A daemon that leaves nothing behind needs no `down`. */
  readonly hasDown: boolean;
  readonly hasStats: boolean;
}

export interface NetnsParts {
  readonly target: NetnsTarget;
  readonly facts: NodeFacts;
  readonly wires: ReadonlyMap<PortName, InterfaceWire>;
  readonly space: ProcessSpace;
  readonly log: TargetLog;
  readonly inspection: NodeInspection;
  /** Disposed with the session, after what runs in it. */
  readonly resources: AsyncDisposable;
}

/** A network namespace with a target in it. */
export class NetnsSession implements NodeSession {
  readonly facts: NodeFacts;
  readonly clock = wallClock;
  readonly ports: ReadonlyMap<PortName, NodePort> = NETNS_PORTS;
  readonly wires: ReadonlyMap<PortName, Wire>;
  readonly inspection: NodeInspection;
  readonly #parts: NetnsParts;
  #current: TargetSetup | undefined;
  #daemon: TargetProgram | undefined;
  #lastStderr = '';
  #problems: string[] = [];

  constructor(parts: NetnsParts) {
    this.#parts = parts;
    this.facts = parts.facts;
    this.wires = parts.wires;
    this.inspection = parts.inspection;
    for (const wire of parts.wires.values()) {
      wire.onProblem((problem) => this.#problems.push(problem.message));
    }
    void parts.space.ended.then(() => {
      this.#failWires(new TargetError('expected the processes of the target to stay, found their namespace ended'));
    });
  }

  async up(setup: TargetSetup): Promise<UpOutcome> {
    await this.down();
    this.#parts.log.heading(`up ${setup.profile}`);
    const startedMs = performance.now();
    const end = await (this.#parts.target.kind === 'script' ? this.#runUp(setup) : this.#startDaemon(setup));
    const durationMs = performance.now() - startedMs;
    if (end.exitCode === NOT_SUPPORTED) {
      return { kind: 'unsupported', reason: unsupportedReason(this.#lastStderr, setup) };
    }
    this.#current = setup;
    if (end.exitCode === 0) return { kind: 'ready', durationMs };
    // Before `down`, which has words of its own.
    const error = programFailure('up', setup, end.how, this.#lastStderr);
    await this.down(error);
    throw error;
  }

  /** @param upError why the target is taken down again, where `up` failed half way */
  async down(upError?: TargetError): Promise<void> {
    const setup = this.#current;
    if (setup === undefined) return;
    this.#current = undefined;
    const daemon = this.#daemon;
    this.#daemon = undefined;
    await daemon?.stop();
    // Also what has left the group of the daemon.
    if (daemon !== undefined) await this.#parts.space.clear();
    if (!this.#parts.target.hasDown) return;
    this.#parts.log.heading(`down ${setup.profile}`);
    const end = await runProgram({ ...this.#programOptions(setup), program: 'down' });
    if (end.exitCode === 0) return;
    this.#lastStderr = end.program.output;
    throw downFailure(upError, setup, end.how, this.#lastStderr);
  }

  async stats(): Promise<StatsOutcome> {
    const setup = this.#current;
    if (setup === undefined) return { kind: 'unsupported', reason: 'nothing is up' };
    if (!this.#parts.target.hasStats) return { kind: 'unsupported', reason: 'it has no program "stats"' };
    const end = await runProgram({ ...this.#programOptions(setup), program: 'stats' });
    const { program } = end;
    if (end.exitCode === NOT_SUPPORTED)
      return { kind: 'unsupported', reason: program.stderr.trim() || 'the target gives no reason' };
    this.#lastStderr = program.output;
    if (end.exitCode !== 0) throw programFailure('stats', setup, end.how, this.#lastStderr);
    return { kind: 'stats', stats: parseStats(program.stdout) };
  }

  get shell(): NodeShell {
    const { space, target } = this.#parts;
    const [file, ...parameters] = space.command('sh', target.folder, []);
    return {
      command: space.shellCommand,
      run: async (script) => {
        const limits = { reject: false, timeout: SHELL_LIMIT_MS, killSignal: 'SIGKILL' } as const;
        const {
          exitCode = SIGNAL_EXIT_CODE,
          stdout,
          stderr,
        } = await execa(file, parameters, { input: script, ...limits });
        return { exitCode, stdout, stderr };
      },
    };
  }

  async diagnostics(): Promise<string> {
    const stderr = this.#daemon?.stderr.trim() ?? this.#lastStderr;
    return [...this.#problems, ...(stderr === '' ? [] : [`standard error of the target:\n${stderr}`])].join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.down();
    } finally {
      await Promise.all([...this.wires.values()].map((wire) => wire.close()));
      await this.#parts.resources[Symbol.asyncDispose]();
    }
  }

  async #runUp(setup: TargetSetup): Promise<ProgramEnd> {
    const end = await runProgram({ ...this.#programOptions(setup), program: 'up' });
    this.#lastStderr = end.program.stderr.trim();
    if (end.exitCode !== 0 && end.exitCode !== NOT_SUPPORTED) this.#lastStderr = end.program.output;
    return end;
  }

  /** A daemon that is ready counts as an `up` that exited with 0. */
  async #startDaemon(setup: TargetSetup): Promise<ProgramEnd> {
    const start = await startDaemon(this.#programOptions(setup));
    if (start.kind === 'ready') {
      this.#daemon = start.daemon;
      this.#watch(start.daemon, setup);
      return { exitCode: 0, how: 'ready' };
    }
    const { end, program } = start;
    if (end.exitCode === 0 && this.#parts.target.kind === 'image') return end;
    await this.#parts.space.clear();
    this.#lastStderr = end.exitCode === NOT_SUPPORTED ? program.stderr.trim() : program.output;
    if (end.exitCode !== 0) return end;
    throw new TargetError(
      `expected up of a target of kind process to print the line "ready" and stay for ${setup.profile}, found that it ended; ` +
        `a target that only configures the kernel is of kind script; it wrote:\n${program.output}`,
    );
  }

  /** A daemon that ends while frames are exchanged is the end of the node, as a crash of the kernel is in a virtual machine. */
  #watch(daemon: TargetProgram, setup: TargetSetup): void {
    void daemon.ended.then(({ how }) => {
      if (this.#daemon !== daemon) return;
      this.#lastStderr = daemon.stderr.trim();
      this.#failWires(
        new TargetError(
          `expected up of the target to stay for ${setup.profile}, found that it ended (${how}):\n${daemon.output}`,
        ),
      );
    });
  }

  #failWires(reason: Error): void {
    for (const wire of this.#parts.wires.values()) wire.fail(reason);
  }

  #programOptions(setup: TargetSetup): Parameters<typeof startDaemon>[0] {
    const { space, target, log } = this.#parts;
    return { space, folder: target.folder, setup, onStderr: (text) => log.write(text) };
  }
}
