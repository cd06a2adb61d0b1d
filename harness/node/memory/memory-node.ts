/** A node without hardware: the reference in this process, on memory links and virtual time. */
import type { Behaviour } from '../../reference/behaviour.ts';
import { faultByName } from '../../reference/faults/index.ts';
import type { ErrorLimit } from '../../reference/ipv6/rate-limit.ts';
import type { Reference } from '../../reference/reference.ts';
import { createReference } from '../../reference/reference.ts';
import type { TargetSetup } from '../../target/setup.ts';
import type { MemoryLink } from '../../wire/memory.ts';
import { memoryLink } from '../../wire/memory.ts';
import { VirtualClock } from '../../wire/virtual-clock.ts';
import type { PortName } from '../../wire/wire.ts';
import { PORT_NAMES } from '../../wire/wire.ts';
import type { NodeSession, UpOutcome } from '../node.ts';
import { nodeClock, testerClock } from './memory-clock.ts';
import { MEMORY_PORTS } from './memory-ports.ts';

export interface MemoryNodeOptions {
  /** Faults of the reference that are switched on. */
  readonly faults?: readonly string[];
  /** Other decisions of the reference, made anew for each start: a node that is different, and as right as this one. */
  readonly variant?: (behaviour: Behaviour) => Behaviour;
  /** Where the reference's counters start. */
  readonly seed?: number;
  /** Which ICMP errors the reference may send, for as long as the node runs; as the reference has it by itself unless given. */
  readonly errorLimit?: ErrorLimit;
}

/** Time on the wire per frame, so that frames have an order in a capture. */
const FRAME_MS = 0.001;

/** Throws UnknownFaultError for an unknown fault. */
export const startMemoryNode = async (options: MemoryNodeOptions = {}): Promise<NodeSession> => {
  const faults = options.faults ?? [];
  const clock = new VirtualClock();
  const links = new Map<PortName, MemoryLink>(PORT_NAMES.map((port) => [port, memoryLink({ port, clock })]));
  const unconfigured = faults.map((name) => faultByName(name).unconfigured).find((setup) => setup !== undefined);
  let reference: Reference | undefined;
  let crash: Error | undefined;

  /** What the reference throws ends the node, as a crash ends a process: the wires close with the reason. */
  const guard = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      crash = error instanceof Error ? error : new Error(String(error));
      stop();
      for (const link of links.values()) link.fail(crash);
    }
  };

  const start = (setup: TargetSetup): UpOutcome => {
    const outcome = createReference({
      setup,
      faults,
      ...(options.variant === undefined ? {} : { variant: options.variant }),
      clock: nodeClock(clock, guard),
      emit: (port, frame) => {
        links.get(port)?.node.send(frame);
      },
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.errorLimit === undefined ? {} : { errorLimit: options.errorLimit }),
    });
    if (outcome.kind === 'unsupported') return outcome;
    reference = outcome.reference;
    return { kind: 'ready', durationMs: 0 };
  };
  const stop = (): void => {
    reference?.stop();
    reference = undefined;
  };
  const idle = (): void => {
    if (unconfigured) start(unconfigured);
  };

  for (const [port, link] of links) {
    link.node.onFrame((frame) => {
      clock.advance(FRAME_MS);
      guard(() => reference?.receive(port, frame));
    });
  }
  idle();
  return {
    facts: { node: 'memory', phases: [] },
    clock: testerClock(clock),
    ports: MEMORY_PORTS,
    wires: new Map([...links].map(([port, link]) => [port, link.tester])),
    up: async (setup) => {
      stop();
      const outcome = start(setup);
      if (outcome.kind === 'unsupported') idle();
      return outcome;
    },
    down: async () => {
      stop();
      idle();
    },
    stats: async () =>
      reference === undefined
        ? { kind: 'unsupported', reason: 'nothing is up' }
        : { kind: 'stats', stats: reference.stats() },
    diagnostics: async () => crash?.stack ?? '',
    [Symbol.asyncDispose]: async () => {
      stop();
      await Promise.all([...links.values()].map((link) => link.tester.close()));
    },
  };
};
