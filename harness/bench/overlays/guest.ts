import { bootGuest, type BootedGuest, type GuestOptions } from '../../node/vm/vm-node.ts';
import type { GuestResult } from '../../node/vm/guest-agent.ts';
import { ProcessorTime } from '../../node/vm/processor-time.ts';
import type { NodeFacts } from '../../node/node.ts';
import type { PortName, Wire } from '../../wire/wire.ts';
import { StreamSocketWire } from '../../wire/stream-socket.ts';
import { OVERLAY_EXTRAS } from './guest-extras.ts';
import { OverlayBenchError } from './overlay-bench-error.ts';
import { DEVICE, type Change, type Commands } from './overlay.ts';

/** Ports of the machine by what they are here: the pods of either node, and the segment on which other nodes hear advertisements. */
export const PORT_OF = { podsOfA: 'P', podsOfB: 'U', segment: 'U2' } as const satisfies Record<string, PortName>;

const STEP_TIME_LIMIT_MS = 120_000;

/** How each program reads a file of commands in a node, which is a network namespace named `$node`. */
const APPLIED: Readonly<Record<Commands['tool'], (file: string) => string>> = {
  ip: (file) => `ip -n $node -batch ${file}`,
  bridge: (file) => `bridge -n $node -batch ${file}`,
  nft: (file) => `ip netns exec $node nft -f ${file}`,
  wg: (file) => `ip netns exec $node wg addconf ${DEVICE} ${file}`,
  sh: (file) => `NODE=$node ip netns exec $node sh -e ${file}`,
};

/** The machine in which nodes are network namespaces, with the drivers and programs of the alternatives. */
export class OverlayGuest implements AsyncDisposable {
  readonly facts: NodeFacts;
  /** Undefined where this machine does not count it. */
  readonly processor: ProcessorTime | undefined;
  readonly #booted: BootedGuest;
  readonly #wires = new Map<PortName, StreamSocketWire>();
  #staged = 0;

  private constructor(booted: BootedGuest) {
    this.#booted = booted;
    this.facts = booted.facts;
    this.processor = ProcessorTime.of(booted.machine.pid);
    for (const [port, socket] of booted.machine.sockets) this.#wires.set(port, new StreamSocketWire(port, socket));
  }

  static async boot(options: GuestOptions): Promise<OverlayGuest> {
    return new OverlayGuest(await bootGuest(options, { extras: OVERLAY_EXTRAS }));
  }

  wire(port: keyof typeof PORT_OF): Wire {
    const wire = this.#wires.get(PORT_OF[port]);
    if (wire === undefined) throw new OverlayBenchError(`expected a port ${PORT_OF[port]} of the machine, found none`);
    return wire;
  }

  /** @throws OverlayBenchError with what the script wrote, unless it ends with 0 */
  async run(script: string, name: string): Promise<GuestResult> {
    const result = await this.#booted.machine.agent.run({ script, name, timeoutMs: STEP_TIME_LIMIT_MS });
    if (result.exitCode === 0) return result;
    const output = (result.stderr.trim() || result.stdout.trim() || 'it wrote nothing').slice(0, 2000);
    throw new OverlayBenchError(
      `expected ${name} to exit with 0 in the guest, found ${String(result.exitCode)}: ${output}`,
    );
  }

  /** Does what nodes must do; advertisements go onto the segment, or where `advertise` says. */
  async apply(nodes: readonly string[], changes: readonly Change[], name: string): Promise<void> {
    for (const change of changes) {
      if (change.tool === 'advertise') for (const frame of change.frames) this.wire('segment').send(frame);
    }
    const commands = changes.filter(isCommands);
    if (commands.length === 0) return;
    await this.run(await this.stage(commands, nodes, name), name);
  }

  /** Puts the files of commands into the guest and returns the script that applies them to one node after the other. */
  async stage(commands: readonly Commands[], nodes: readonly string[], name: string): Promise<string> {
    const staged = commands.map(({ tool, lines }) => {
      const file = `/run/change.${String((this.#staged += 1))}`;
      return {
        file,
        text: `cat >${file} <<'END'\n${lines.join('\n')}\nEND\n`,
        use: `${APPLIED[tool](file)} || exit 1`,
      };
    });
    await this.run(staged.map(({ text }) => text).join(''), `${name} (staging)`);
    return `for node in ${nodes.join(' ')}; do\n${staged.map(({ use }) => use).join('\n')}\ndone\n`;
  }

  consoleTail(): Promise<string> {
    return this.#booted.machine.consoleTail();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#wires.values()].map((wire) => wire.close()));
    await this.#booted.resources[Symbol.asyncDispose]();
  }
}

export const isCommands = (change: Change): change is Commands => change.tool !== 'advertise';
