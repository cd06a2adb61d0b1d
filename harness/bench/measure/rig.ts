import { describeDifference } from './difference.ts';
import { BenchTargetError } from '../bench-error.ts';
import type { BenchBed } from '../bed.ts';
import { passTime } from '../load/bench-time.ts';
import { learn, type Learned } from '../load/learning.ts';
import { concludeFrom, type Outcome } from '../load/outcome.ts';
import { runTrial, type Load } from '../load/trial.ts';
import type { Setting } from '../result.ts';
import type { Direction, DutDirection, Stream } from '../traffic/stream.ts';
import type { Offer } from './search.ts';

/** Lengths of the parts of a trial beside its load (RFC 2544 section 23). */
export interface TrialPhases {
  readonly settleSeconds: number;
  readonly drainSeconds: number;
  readonly restSeconds: number;
}

export interface RigOptions {
  readonly bed: BenchBed;
  /** Two nodes back to back, where there are two. */
  readonly dual?: BenchBed;
  readonly phases: TrialPhases;
  readonly signal: AbortSignal;
  /** Called before every trial. */
  readonly onTrial?: () => void;
}

/** Streams of more flows are made anew: they take much memory. */
const KEPT_FLOWS = 256;

/** The DUT with loads for every setting; learns the way of each before its first load. */
export class Rig {
  readonly bed: BenchBed;
  readonly #options: RigOptions;
  readonly #streams = new Map<string, Stream>();
  readonly #learned = new Map<string, Learned>();

  constructor(options: RigOptions) {
    this.#options = options;
    this.bed = options.bed;
  }

  /** Offers total rates of the setting. Undefined where the domain has not as many nodes as it has flows. */
  async offerOf(setting: Setting): Promise<Offer | undefined> {
    const parts = partsOf(setting);
    const streams: Stream[] = [];
    for (const { direction } of parts) {
      const stream = await this.stream(direction, setting.frameSizeBytes, setting.flows);
      if (stream === undefined) return undefined;
      streams.push(stream);
    }
    return (rate, seconds) =>
      this.offer(
        streams.map((stream, index): Load => ({ stream, framesPerSecond: rate * (parts[index]?.share ?? 1) })),
        seconds,
      );
  }

  /** One trial of these loads. Throws what the signal was aborted with. */
  async offer(loads: readonly Load[], seconds: number): Promise<Outcome> {
    const { phases, signal, onTrial } = this.#options;
    signal.throwIfAborted();
    onTrial?.();
    const { time, path } = this.#bedOf(loads[0]?.stream.direction);
    await passTime(time, phases.settleSeconds);
    const trial = await runTrial(path, loads, { seconds, drainSeconds: phases.drainSeconds });
    await passTime(time, phases.restSeconds);
    signal.throwIfAborted();
    return concludeFrom(trial);
  }

  #bedOf(direction: Direction | undefined): BenchBed {
    return direction === 'dual' && this.#options.dual !== undefined ? this.#options.dual : this.bed;
  }

  /** A stream of which the DUT has seen each flow. */
  async stream(direction: DutDirection, frameSizeBytes: number, flows: number): Promise<Stream | undefined> {
    const key = `${direction} ${String(frameSizeBytes)} ${String(flows)}`;
    const stream = this.#streams.get(key) ?? this.#bedOf(direction).stream(direction, frameSizeBytes, flows);
    if (stream === undefined) return undefined;
    if (flows <= KEPT_FLOWS) this.#streams.set(key, stream);
    await this.learn(stream);
    return stream;
  }

  /**
   * Lets the DUT learn the way of each flow, once, and returns what came of the first packets.
   *
   * @throws BenchTargetError when nothing gets through, or not as it has to
   */
  async learn(stream: Stream): Promise<Learned> {
    const known = this.#learned.get(keyOf(stream));
    if (known !== undefined) return known;
    this.#options.signal.throwIfAborted();
    const { path } = this.#bedOf(stream.direction);
    const learned = await learn(path, stream);
    this.#learned.set(keyOf(stream), learned);
    const { firstWrong } = learned;
    let { getsThrough } = learned;
    for (let attempt = 1; !getsThrough && attempt < ATTEMPTS; attempt += 1)
      ({ getsThrough } = await learn(path, stream));
    const what = `${stream.direction} of frames of ${String(stream.frameSizeBytes)} bytes`;
    if (firstWrong !== undefined)
      throw new BenchTargetError(
        `expected the right packets from ${what}, found ${describeDifference(firstWrong)}; a throughput of wrong packets is none, see \`run\``,
      );
    if (!getsThrough)
      throw new BenchTargetError(
        `expected ${what} to get through at ${String(LEARNING_RATE)} frames/s, found that nothing comes out; see \`run\``,
      );
    return learned;
  }
}

/** What goes where: streams made twice of the same far ends are equal. */
const keyOf = ({ direction, frameSizeBytes, flows, inputs }: Stream): string =>
  [direction, frameSizeBytes, flows, Buffer.from(inputs.at(-1)?.subarray(0, HEADERS_BYTES) ?? []).toString('hex')].join(
    ' ',
  );

/** Ethernet, and both IP headers of the longer kind. */
const HEADERS_BYTES = 94;
const LEARNING_RATE = 2000;
/** A DUT that loses many in a row may have lost all of the first ones. */
const ATTEMPTS = 3;

interface Part {
  readonly direction: DutDirection;
  readonly share: number;
}

const partsOf = ({ mode, tunnelledShare = 1 }: Setting): readonly Part[] => {
  switch (mode) {
    case 'encap':
    case 'decap':
    case 'native':
    case 'dual':
      return [{ direction: mode, share: 1 }];
    case 'both':
      return [
        { direction: 'encap', share: 0.5 },
        { direction: 'decap', share: 0.5 },
      ];
    case 'mixed':
      return [
        { direction: 'encap', share: tunnelledShare / 2 },
        { direction: 'decap', share: tunnelledShare / 2 },
        { direction: 'native', share: 1 - tunnelledShare },
      ];
  }
};
