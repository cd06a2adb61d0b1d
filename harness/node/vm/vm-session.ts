import { setupEnvironment } from '../../target/environment.ts';
import { downFailure, NOT_SUPPORTED, programFailure, unsupportedReason } from '../../target/program-failure.ts';
import type { TargetSetup } from '../../target/setup.ts';
import { parseStats, type StatsOutcome } from '../../target/stats.ts';
import type { TargetError } from '../../target/target-error.ts';
import { wallClock } from '../../wire/clock.ts';
import { StreamSocketWire } from '../../wire/stream-socket.ts';
import type { PortName, Wire } from '../../wire/wire.ts';
import type { NodeFacts, NodePort, NodeSession, NodeShell, UpOutcome } from '../node.ts';
import { shellQuote, type GuestRequest, type GuestResult } from './guest-agent.ts';
import { GUEST_TARGET_FOLDER } from './initramfs.ts';
import type { Machine } from './machine.ts';
import { VM_PORTS } from './qemu.ts';

/** `max_mtu` of virtio_net, which is also the largest IPv4 packet. */
const MAXIMUM_MTU_BYTES = 65_535;
const TARGET_TIME_LIMIT_MS = 60_000;

const SHELL_SECONDS = 60;
/** The shell of busybox would take its own `ip`, which knows nothing of tunnels. */
const OWN_IP = 'ip() { /sbin/ip "$@"; }; ';

type Program = 'up' | 'down' | 'stats';
/** The one program that a target need not have. */
const UNLESS_THERE = `{ [ -e stats ] || { echo 'it has no program "stats"' >&2; exit ${NOT_SUPPORTED}; }; } && `;

/** A running virtual machine with a target in it. */
export class VmSession implements NodeSession {
  readonly facts: NodeFacts;
  readonly clock = wallClock;
  readonly ports: ReadonlyMap<PortName, NodePort>;
  readonly wires: ReadonlyMap<PortName, Wire>;
  readonly #machine: Machine;
  readonly #resources: AsyncDisposable;
  #current: TargetSetup | undefined;
  #lastStderr = '';

  /**
   * @param resources disposed with the session; holds the machine
   * @param wires the tester's ends of the ports; those of the machine's own sockets unless given
   */
  constructor(
    machine: Machine,
    resources: AsyncDisposable,
    facts: NodeFacts,
    wires: ReadonlyMap<PortName, Wire> = socketWires(machine),
  ) {
    this.facts = facts;
    this.#machine = machine;
    this.#resources = resources;
    this.wires = wires;
    this.ports = new Map(
      [...wires.keys()].map((port) => [port, { ...VM_PORTS[port], maximumMtuBytes: MAXIMUM_MTU_BYTES }]),
    );
  }

  async up(setup: TargetSetup): Promise<UpOutcome> {
    await this.down();
    const startedMs = performance.now();
    const result = await this.#runTarget('up', setup);
    const durationMs = performance.now() - startedMs;
    if (result.exitCode === NOT_SUPPORTED) {
      return { kind: 'unsupported', reason: unsupportedReason(result.stderr.trim(), setup) };
    }
    this.#current = setup;
    if (result.exitCode === 0) return { kind: 'ready', durationMs };
    const error = programFailure('up', setup, String(result.exitCode), outputOf(result));
    await this.down(error);
    throw error;
  }

  /** @param upError why the target is taken down again, where `up` failed half way */
  async down(upError?: TargetError): Promise<void> {
    const setup = this.#current;
    if (setup === undefined) return;
    this.#current = undefined;
    const result = await this.#runTarget('down', setup);
    if (result.exitCode === 0) return;
    throw downFailure(upError, setup, String(result.exitCode), outputOf(result));
  }

  async stats(): Promise<StatsOutcome> {
    const setup = this.#current;
    if (setup === undefined) return { kind: 'unsupported', reason: 'nothing is up' };
    const result = await this.#runTarget('stats', setup);
    if (result.exitCode === NOT_SUPPORTED)
      return { kind: 'unsupported', reason: result.stderr.trim() || 'the target gives no reason' };
    if (result.exitCode !== 0) throw programFailure('stats', setup, String(result.exitCode), outputOf(result));
    return { kind: 'stats', stats: parseStats(result.stdout) };
  }

  async diagnostics(): Promise<string> {
    const parts = [`console of the guest:\n${await this.#machine.consoleTail()}`];
    if (this.#lastStderr !== '') parts.push(`standard error of the target:\n${this.#lastStderr}`);
    return parts.join('\n');
  }

  /** The console of the guest is a file, so the only way in is through this process. */
  get shell(): NodeShell {
    return {
      run: (script) =>
        this.run({
          // The agent has one request at a time, and gives up a guest that does not answer.
          script: `exec timeout -s KILL ${SHELL_SECONDS} sh -c ${shellQuote(`${OWN_IP}${script}`)}\n`,
          timeoutMs: (SHELL_SECONDS + 10) * 1000,
          name: 'the script',
        }),
    };
  }

  /** Runs a shell script in the guest, for what the target contract has no words for (a dump of the state, a counter). */
  run(request: GuestRequest): Promise<GuestResult> {
    return this.#machine.agent.run(request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.wires.values()].map((wire) => wire.close()));
    await this.#resources[Symbol.asyncDispose]();
  }

  async #runTarget(program: Program, setup: TargetSetup): Promise<GuestResult> {
    const variables = Object.entries(setupEnvironment(setup)).map(
      ([name, value]) => `export ${name}=${shellQuote(value)}\n`,
    );
    // A here-document saves the guest a process; JSON of one line cannot contain the line that ends it.
    const input = `<<'END'\n${JSON.stringify(setup)}\nEND\n`;
    const script = `${variables.join('')}cd ${GUEST_TARGET_FOLDER} && ${program === 'stats' ? UNLESS_THERE : ''}exec ./${program} ${input}`;
    const result = await this.#machine.agent.run({
      script,
      timeoutMs: TARGET_TIME_LIMIT_MS,
      name: `${program} of the target`,
    });
    this.#lastStderr = result.stderr.trim();
    return result;
  }
}

const socketWires = ({ sockets }: Machine): ReadonlyMap<PortName, Wire> =>
  new Map([...sockets].map(([port, socket]) => [port, new StreamSocketWire(port, socket)]));

const outputOf = ({ stderr, stdout }: GuestResult): string => stderr.trim() || stdout.trim() || '(it wrote nothing)';
