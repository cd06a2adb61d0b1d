import type { Profile } from '../../profile/index.ts';
import { Attribution, type Cause } from '../attribution.ts';
import type { OutputFrame } from '../canonical.ts';
import { stimuliOf, type OriginalFinding, type Recording, type ReplayStep, type ReplayStimulus } from '../recording.ts';
import { ReplayError } from '../replay-error.ts';
import { profileOf, type Replayed } from '../replay.ts';
import { minimize } from './delta-debugging.ts';
import { rebased } from './rebase.ts';
import { reductionsOf } from './reductions.ts';
import { shapeOf } from './shape.ts';

export interface ShrinkOptions {
  /** Plays against the target. */
  readonly play: (recording: Recording) => Promise<Replayed>;
  /**
   * Plays against an implementation that is held to be right. Frames alone do not tell what a case expects: output that this one
   * sends as well is no finding any more.
   */
  readonly playGood: (recording: Recording) => Promise<Replayed>;
  /** How often a smaller recording has to show the finding. */
  readonly confirmations: number;
  readonly onProgress?: (message: string) => void;
  readonly signal?: AbortSignal;
}

export interface Shrunk {
  readonly recording: Recording;
  readonly finding: OriginalFinding;
  readonly packetsBefore: number;
  readonly bytesBefore: number;
  readonly trials: number;
}

/** The finding to keep is not shown, or not by frames: there is nothing to shrink. */
export class NothingToShrinkError extends ReplayError {}

/** The fewest packets, and then the smallest, that still show the same finding. Throws NothingToShrinkError. */
export const shrink = async (
  recording: Recording,
  finding: OriginalFinding,
  options: ShrinkOptions,
): Promise<Shrunk> => {
  const shrinker = new Shrinker({ ...recording, findings: [finding] }, options);
  await shrinker.start();
  await shrinker.dropPackets();
  await shrinker.dropSteps();
  await shrinker.simplifyPackets();
  return {
    recording: shrinker.recording,
    finding: shrinker.finding,
    packetsBefore: stimuliOf(recording).length,
    bytesBefore: bytesIn(recording),
    trials: shrinker.trials,
  };
};

/** Shrinks the first of the findings that frames show. Throws NothingToShrinkError, that of the first, where none does. */
export const shrinkFirst = async (
  recording: Recording,
  findings: readonly OriginalFinding[],
  options: ShrinkOptions,
): Promise<Shrunk> => {
  let reason: NothingToShrinkError | undefined;
  for (const finding of findings) {
    try {
      return await shrink(recording, finding, options);
    } catch (error) {
      if (!(error instanceof NothingToShrinkError)) throw error;
      reason ??= error;
    }
  }
  throw reason ?? new TypeError('Expected a finding to shrink, found none');
};

export const bytesIn = (recording: Recording): number =>
  stimuliOf(recording).reduce((sum, { bytes }) => sum + bytes.length, 0);

type Played = Extract<Replayed, { kind: 'played' }>;

class Shrinker {
  recording: Recording;
  trials = 0;
  readonly #options: ShrinkOptions;
  readonly #profile: Profile;
  /** Output of a good packet of the tester shows it, so that any packet will do. */
  #isOfFence = false;

  constructor(recording: Recording, options: ShrinkOptions) {
    this.recording = recording;
    this.#options = options;
    this.#profile = profileOf(recording);
  }

  get finding(): OriginalFinding {
    const [finding] = this.recording.findings;
    if (finding === undefined) throw new TypeError('Expected a recording with the finding that is to stay');
    return finding;
  }

  async start(): Promise<void> {
    const { by, decisive, mark, requirement } = this.finding;
    if (by === 'case' && decisive === undefined && mark === undefined)
      throw new NothingToShrinkError(
        `Expected a finding that a frame shows, or the silence after one; what the case found of ${requirement} is in no single frame`,
      );
    const played = await this.#play(this.recording);
    if (by === 'rule') this.#isOfFence = this.#ruledFrame(played, this.recording) === undefined;
    const shown = this.#shown(this.recording, played);
    if (shown === undefined)
      throw new NothingToShrinkError(`Expected the target to show the finding of ${requirement}: it does not any more`);
    if (!(await this.#isWrong(this.recording)))
      throw new NothingToShrinkError(
        `Expected output that shows ${requirement} by itself: the clean reference sends the same frames, so that frames do not tell whether a smaller packet still shows it`,
      );
    this.recording = rebased(this.recording, played, this.finding, shown.frame);
  }

  /** Delta debugging over the packets, all exchanges together. */
  async dropPackets(): Promise<void> {
    const all = stimuliOf(this.recording);
    const kept = await minimize(all, (subset) => this.#keepIfShown(withStimuli(this.recording, new Set(subset))));
    this.#options.onProgress?.(`${String(all.length)} packets, ${String(kept.length)} needed`);
  }

  /** Waits, restarts and listening that are not needed. */
  async dropSteps(): Promise<void> {
    for (let index = this.recording.steps.length - 1; index >= 0; index -= 1) {
      const step = this.recording.steps[index];
      if (step === undefined || this.recording.steps.length < 2) continue;
      if (step.kind === 'exchange' && step.stimuli.length > 0) continue;
      await this.#keepIfShown({ ...this.recording, steps: this.recording.steps.filter((_, at) => at !== index) });
    }
  }

  /** Payload, headers and field values, one packet after the other, until nothing more can go. */
  async simplifyPackets(): Promise<void> {
    // What silence answers may be refused for what was cut away.
    if (this.finding.by === 'case' && this.finding.decisive === undefined) return;
    for (let index = 0; index < stimuliOf(this.recording).length; index += 1) {
      for (let isSimpler = true; isSimpler;) isSimpler = await this.#simplify(index);
    }
  }

  async #simplify(index: number): Promise<boolean> {
    const stimulus = stimuliOf(this.recording)[index];
    if (stimulus === undefined) return false;
    for (const { title, stimulus: simpler } of reductionsOf(stimulus, this.#profile)) {
      if (!(await this.#keepIfShown(replaced(this.recording, stimulus, simpler)))) continue;
      this.#options.onProgress?.(`packet ${String(index + 1)}: ${title}`);
      return true;
    }
    return false;
  }

  async #keepIfShown(candidate: Recording): Promise<boolean> {
    this.#options.signal?.throwIfAborted();
    let kept: Recording | undefined;
    for (let round = 0; round < this.#options.confirmations; round += 1) {
      const played = await this.#play(candidate);
      const shown = this.#shown(candidate, played);
      if (shown === undefined) return false;
      kept = rebased(candidate, played, this.finding, shown.frame);
    }
    if (kept === undefined || !(await this.#isWrong(kept))) return false;
    this.recording = kept;
    return true;
  }

  async #play(recording: Recording): Promise<Played> {
    this.trials += 1;
    const played = await this.#options.play(recording);
    if (played.kind === 'played') return played;
    throw new NothingToShrinkError(`Expected the target to accept the set-up of the capture: ${played.reason}`);
  }

  /** The output that shows the finding, if it is shown: the same requirement, and the same kind of output for the same packet. */
  #shown(candidate: Recording, played: Played): { readonly frame?: OutputFrame } | undefined {
    if (stimuliOf(candidate).length === 0 || played.dead) return undefined;
    const { by, decisive, mark } = this.finding;
    if (by === 'rule') {
      const frame = this.#ruledFrame(played, candidate);
      if (frame !== undefined) return { frame };
      const isRuled = played.rules.some(({ requirement }) => requirement === this.finding.requirement);
      return this.#isOfFence && isRuled ? {} : undefined;
    }
    const causes = new Attribution(candidate).causesOf(played.outputs);
    if (decisive === undefined) {
      const isSent = stimuliOf(candidate).some((stimulus) => stimulus.mark === mark);
      return isSent && !causes.includes(mark ?? 'unknown') ? {} : undefined;
    }
    const { cause, shape, count } = this.#decisiveShape(decisive);
    const same = played.outputs.filter(
      (output, index) => causes[index] === cause && this.#shapeOf(output, candidate, cause) === shape,
    );
    const [frame] = same;
    return frame === undefined || same.length < count ? undefined : { frame };
  }

  #decisiveShape(decisive: OutputFrame): { readonly cause: Cause; readonly shape: string; readonly count: number } {
    const { outputs } = this.recording;
    const causes = new Attribution(this.recording).causesOf(outputs);
    const cause = causes[outputs.findIndex((output) => output === decisive)] ?? 'unknown';
    const shape = this.#shapeOf(decisive, this.recording, cause);
    const count = outputs.filter(
      (output, index) => causes[index] === cause && this.#shapeOf(output, this.recording, cause) === shape,
    ).length;
    return { cause, shape, count };
  }

  #shapeOf(output: OutputFrame, recording: Recording, cause: Cause): string {
    const stimulus = stimuliOf(recording).find(({ mark }) => mark === cause);
    return shapeOf(output, stimulus ?? { port: output.port, bytes: new Uint8Array(0) }, this.#profile);
  }

  /** A frame that is not of a good packet, in which the rule of the finding finds something. */
  #ruledFrame(played: Played, recording: Recording): OutputFrame | undefined {
    const frames = played.rules.flatMap(({ requirement, frame }) =>
      requirement === this.finding.requirement && frame !== undefined ? [frame] : [],
    );
    const causes = new Attribution(recording).causesOf(frames);
    return frames.find((_, index) => causes[index] !== 'fence');
  }

  /** A rule says itself what is wrong; what a case found is wrong as long as the good implementation does otherwise. */
  async #isWrong(recording: Recording): Promise<boolean> {
    if (this.finding.by === 'rule') return true;
    const good = await this.#options.playGood(recording);
    return good.kind === 'played' && good.findings.every(({ state }) => state === 'gone');
  }
}

const withStimuli = (recording: Recording, kept: ReadonlySet<ReplayStimulus>): Recording => ({
  ...recording,
  steps: recording.steps.flatMap((step): ReplayStep[] => {
    if (step.kind !== 'exchange' || step.stimuli.length === 0) return [step];
    const stimuli = step.stimuli.filter((stimulus) => kept.has(stimulus));
    return stimuli.length === 0 ? [] : [{ ...step, stimuli }];
  }),
});

const replaced = (recording: Recording, old: ReplayStimulus, simpler: ReplayStimulus): Recording => ({
  ...recording,
  steps: recording.steps.map((step) =>
    step.kind === 'exchange'
      ? { ...step, stimuli: step.stimuli.map((stimulus) => (stimulus === old ? simpler : stimulus)) }
      : step,
  ),
});
