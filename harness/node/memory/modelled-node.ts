/** The reference in this process with time that work takes: a device of which every number is known beforehand. */
import { Ipv6Address } from '../../address/ipv6-address.ts';
import { Ipv6Prefix } from '../../address/ipv6-prefix.ts';
import { readUint16 } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { ETHERNET } from '../../packet/ethernet.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { parseProfile, overheadBytes } from '../../profile/index.ts';
import { seededRandom, type SeededRandom } from '../../random.ts';
import type { Performance, Work } from '../../reference/performance.ts';
import { performanceWith } from '../../reference/faults/bench.ts';
import { createReference, type Reference } from '../../reference/reference.ts';
import type { TargetSetup } from '../../target/setup.ts';
import { memoryLink, type MemoryLink } from '../../wire/memory.ts';
import { VirtualClock } from '../../wire/virtual-clock.ts';
import { PORT_NAMES, type PortName } from '../../wire/wire.ts';
import type { NodeSession, UpOutcome } from '../node.ts';
import { nodeClock } from './memory-clock.ts';
import { MEMORY_PORTS } from './memory-ports.ts';

export interface ModelledNodeOptions {
  /** Faults of the model that are switched on, see `harness/reference/faults/bench.ts`. */
  readonly faults?: readonly string[];
  readonly seed?: string;
  /** The node beside which it stands: both have one time. */
  readonly beside?: NodeSession;
}

/** Frames that find room before a port, as in the receive ring of a device. */
const QUEUE_FRAMES = 256;
/** Service times vary by so much to both sides, so that measurements have a spread. */
const VARIATION = 0.02;
const FCS_BYTES = 4;
/** What nobody overtakes leaves by itself. */
const LONGEST_HOLD_MS = 2;

interface Waiting {
  readonly port: PortName;
  readonly frame: Uint8Array;
}

/** Throws Proto41Error for an unknown fault. */
export const startModelledNode = async ({
  faults = [],
  seed = 'model',
  beside,
}: ModelledNodeOptions = {}): Promise<NodeSession> => {
  const clock = beside?.clock instanceof VirtualClock ? beside.clock : new VirtualClock();
  const links = new Map<PortName, MemoryLink>(PORT_NAMES.map((port) => [port, memoryLink({ port, clock })]));
  const random = seededRandom(seed);
  // A fault that does not exist shows before anything is started.
  performanceWith(faults);
  let device: ModelledDevice | undefined;
  const crash = (error: unknown): void => {
    const reason = error instanceof Error ? error : new Error(String(error));
    for (const link of links.values()) link.fail(reason);
  };
  for (const [port, link] of links) link.node.onFrame((frame) => device?.arrive(port, frame));
  return {
    facts: { node: 'memory', phases: [] },
    clock,
    ports: MEMORY_PORTS,
    wires: new Map([...links].map(([port, link]) => [port, link.tester])),
    up: async (setup): Promise<UpOutcome> => {
      device?.stop();
      const outcome = createReference({
        setup,
        clock: nodeClock(clock, (action) => {
          try {
            action();
          } catch (error) {
            crash(error);
          }
        }),
        emit: (port, frame) => {
          links.get(port)?.node.send(frame);
        },
      });
      if (outcome.kind === 'unsupported') return outcome;
      device = new ModelledDevice({
        clock,
        setup,
        reference: outcome.reference,
        model: performanceWith(faults),
        random,
      });
      return { kind: 'ready', durationMs: 0 };
    },
    down: async () => {
      device?.stop();
      device = undefined;
    },
    stats: async () =>
      device === undefined
        ? { kind: 'unsupported', reason: 'nothing is up' }
        : { kind: 'stats', stats: device.stats() },
    diagnostics: async () => '',
    [Symbol.asyncDispose]: async () => {
      device?.stop();
      await Promise.all([...links.values()].map((link) => link.tester.close()));
    },
  };
};

interface DeviceParts {
  readonly clock: VirtualClock;
  readonly setup: TargetSetup;
  readonly reference: Reference;
  readonly model: Performance;
  readonly random: SeededRandom;
}

/** One processor, a queue before each port; what finds its queue full is lost. */
class ModelledDevice {
  readonly #parts: DeviceParts;
  readonly #overheadBytes: number;
  readonly #native: readonly Ipv6Prefix[];
  readonly #queues = new Map<PortName, Waiting[]>();
  readonly #counts = { encap: 0, decap: 0, native: 0, control: 0 };
  #isBusy = false;
  #isRunning = true;
  #last: PortName | undefined;
  #overtaken: Waiting | undefined;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.#overheadBytes = overheadBytes(parseProfile(parts.setup.profile));
    this.#native = parts.setup.pods.nativeRoutes.map(({ destination }) => Ipv6Prefix.parse(destination));
  }

  arrive(port: PortName, frame: Uint8Array): void {
    const queue = this.#queues.get(port) ?? [];
    this.#queues.set(port, queue);
    if (queue.length >= QUEUE_FRAMES) return;
    queue.push({ port, frame });
    if (!this.#isBusy) this.#serve();
  }

  stats(): ReturnType<Reference['stats']> {
    const { counters, entries } = this.#parts.reference.stats();
    return { counters, entries: { ...entries, ...this.#parts.model.entries() } };
  }

  stop(): void {
    this.#isRunning = false;
    this.#parts.reference.stop();
  }

  #serve(): void {
    const waiting = [...this.#queues].filter(([, { length }]) => length > 0).map(([port]) => port);
    const port = this.#parts.model.next(waiting, this.#last);
    const next = port === undefined ? undefined : this.#queues.get(port)?.shift();
    if (next === undefined || !this.#isRunning) return;
    this.#last = port;
    this.#isBusy = true;
    const work = this.#workOf(next, waiting.length > 1);
    const variation = 1 + VARIATION * (this.#parts.random.int(2001) / 1000 - 1);
    this.#parts.clock.setTimer((this.#parts.model.serviceNs(work) * variation) / 1e6, () => {
      this.#finish(next, work);
      this.#isBusy = false;
      this.#serve();
    });
  }

  #finish(done: Waiting, work: Work): void {
    if (!this.#isRunning) return;
    if (this.#parts.model.isOvertaken(work) && this.#overtaken === undefined) {
      this.#overtaken = done;
      this.#parts.clock.setTimer(LONGEST_HOLD_MS, () => {
        this.#release();
      });
      return;
    }
    for (let copy = this.#parts.model.copies(work); copy > 0; copy -= 1)
      this.#parts.reference.receive(done.port, done.frame);
    this.#release();
  }

  /** What was overtaken leaves behind what overtook it. */
  #release(): void {
    const before = this.#overtaken;
    this.#overtaken = undefined;
    if (before !== undefined && this.#isRunning) this.#parts.reference.receive(before.port, before.frame);
  }

  #workOf({ port, frame }: Waiting, isContended: boolean): Work {
    const kind = this.#kindOf(port, frame);
    const index = this.#counts[kind];
    this.#counts[kind] += 1;
    return {
      kind,
      index,
      isContended,
      frameSizeBytes: frame.length + FCS_BYTES - (kind === 'decap' ? this.#overheadBytes : 0),
      flow: flowOf(frame, kind, this.#overheadBytes),
      nowMs: Number(this.#parts.clock.nowNs()) / 1e6,
    };
  }

  #kindOf(port: PortName, frame: Uint8Array): Work['kind'] {
    const innerAt = ETHERNET.HEADER_LENGTH + (port === 'P' ? 0 : this.#overheadBytes);
    const isPacket = readUint16(frame, 12) !== ETHER_TYPE.ARP && frame.length >= innerAt + IPV6.HEADER_LENGTH;
    if (!isPacket || frame[innerAt + IPV6.NEXT_HEADER] === PROTOCOL.ICMPV6) return 'control';
    if (port !== 'P') return 'decap';
    const at = innerAt + IPV6.DESTINATION;
    const destination = Ipv6Address.fromBytes(frame.slice(at, at + 16));
    return this.#native.some((prefix) => prefix.contains(destination)) ? 'native' : 'encap';
  }
}

/** The far end's address, folded into a number. */
const flowOf = (frame: Uint8Array, kind: Work['kind'], overhead: number): number => {
  const at = ETHERNET.HEADER_LENGTH + (kind === 'decap' ? overhead + IPV6.SOURCE : IPV6.DESTINATION);
  let hash = 7;
  for (let index = at; index < at + 16; index += 1) hash = (Math.imul(hash, 31) + (frame[index] ?? 0)) | 0;
  return hash;
};
