import type { NodeFacts, NodePort, NodeSession, UpOutcome } from '../../../harness/node/node.ts';
import type { TargetSetup } from '../../../harness/target/setup.ts';
import type { StatsOutcome } from '../../../harness/target/stats.ts';
import { wallClock } from '../../../harness/wire/clock.ts';
import type { PortName, Wire } from '../../../harness/wire/wire.ts';

/** A wire that carries nothing, but can break. */
export class FakeWire implements Wire {
  readonly port: PortName;
  readonly #closed = new Set<(reason: Error | undefined) => void>();

  constructor(port: PortName) {
    this.port = port;
  }

  send(): void {}

  onFrame(): () => void {
    return () => {};
  }

  onClosed(listener: (reason: Error | undefined) => void): () => void {
    this.#closed.add(listener);
    return () => this.#closed.delete(listener);
  }

  now(): bigint {
    return 0n;
  }

  async close(): Promise<void> {}

  /** Ends the wire as a node does that dies. */
  break(reason: Error | undefined): void {
    for (const listener of this.#closed) listener(reason);
  }
}

export interface FakeSessionOptions {
  readonly up?: (setup: TargetSetup) => UpOutcome;
  readonly facts?: Partial<NodeFacts>;
  readonly diagnostics?: string;
  readonly dispose?: () => Promise<void>;
}

/** A node whose target answers as the test says; keeps what it was asked. */
export class FakeSession implements NodeSession {
  readonly facts: NodeFacts;
  readonly clock = wallClock;
  readonly ports: ReadonlyMap<PortName, NodePort>;
  readonly wire = new FakeWire('U');
  readonly wires: ReadonlyMap<PortName, Wire> = new Map([['U', this.wire]]);
  readonly asked: TargetSetup[] = [];
  disposed = false;
  readonly #options: FakeSessionOptions;

  constructor(options: FakeSessionOptions = {}) {
    this.#options = options;
    this.facts = { node: 'memory', phases: [], ...options.facts };
    const names: readonly PortName[] = ['P', 'U'];
    this.ports = new Map(
      names.map((name, index) => [
        name,
        { interfaceName: `eth${String(index)}`, macAddress: `02:41:00:00:00:0${String(index)}`, maximumMtuBytes: 9000 },
      ]),
    );
  }

  async up(setup: TargetSetup): Promise<UpOutcome> {
    this.asked.push(setup);
    const known = setup.mapping.kind === '6rd' || setup.mapping.kind === '6to4' || setup.mapping.kind === '6in4';
    return (
      this.#options.up?.(setup) ??
      (known ? { kind: 'ready', durationMs: 1 } : { kind: 'unsupported', reason: 'unknown mapping' })
    );
  }

  async down(): Promise<void> {}

  async stats(): Promise<StatsOutcome> {
    return { kind: 'unsupported', reason: 'it counts nothing' };
  }

  async diagnostics(): Promise<string> {
    return this.#options.diagnostics ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
    await this.#options.dispose?.();
  }
}
