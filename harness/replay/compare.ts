import { Attribution, type Cause } from './attribution.ts';
import { canonicalOutputs, labelsOf, type OutputFrame } from './canonical.ts';
import type { Played } from './play.ts';
import { stimuliOf, type OriginalFinding, type Recording } from './recording.ts';

/** A finding of a rule in a replay. */
export interface RuleFindingNow {
  readonly requirement: string;
  readonly actual: string;
  readonly frame?: OutputFrame;
}

export type FindingState = 'still there' | 'gone' | 'different' | 'undecided';

export interface ComparedFinding {
  readonly original: OriginalFinding;
  readonly state: FindingState;
  /** What that rests on, in words that claim no more than was compared. */
  readonly because: string;
  /** What the target sends now, for the same stimulus where it is known. */
  readonly now: readonly OutputFrame[];
}

/** The outputs of both sides, told apart by what caused them, in a form in which equal ones are equal texts. */
export class Comparison {
  readonly #then: readonly Caused[];
  readonly #now: readonly Caused[];
  readonly #recording: Recording;
  readonly #sameMacs: boolean;

  constructor(recording: Recording, played: Pick<Played, 'dutMacs'> & { readonly frames: readonly OutputFrame[] }) {
    this.#recording = recording;
    this.#sameMacs = JSON.stringify(recording.dutMacs) === JSON.stringify(played.dutMacs);
    const attribution = new Attribution(recording);
    const labels = labelsOf(stimuliOf(recording).map(({ bytes }) => bytes));
    const caused = (frames: readonly OutputFrame[], dutMacs: Recording['dutMacs']): Caused[] => {
      const causes = attribution.causesOf(frames);
      const kept = frames.flatMap((frame, index) => {
        const cause = causes[index] ?? 'unknown';
        return cause === 'fence' ? [] : [{ frame, cause }];
      });
      const texts = canonicalOutputs(
        kept.map(({ frame }) => frame),
        dutMacs,
        labels,
      );
      return kept.map((each, index) => ({ ...each, text: texts[index] ?? '' }));
    };
    this.#then = caused(recording.outputs, recording.dutMacs);
    this.#now = caused(played.frames, played.dutMacs);
  }

  /** @param rules what the rules find in the frames of the replay */
  compare(original: OriginalFinding, rules: readonly RuleFindingNow[]): ComparedFinding {
    const ruled = this.#ruledNow(original, rules);
    const seen = original.by === 'rule' ? undefined : this.#compareOutput(original);
    if (seen !== undefined && (seen.state !== 'gone' || ruled === undefined)) return { original, ...seen };
    if (ruled === undefined) return this.#unruled(original);
    const now = ruled.frame === undefined ? [] : [ruled.frame];
    const isSame = original.by === 'rule' && this.#isSameOutput(original, rules);
    return isSame
      ? { original, state: 'still there', because: `the rule finds it in the same output: ${ruled.actual}`, now }
      : { original, state: 'different', because: `the rule finds it in other bytes: ${ruled.actual}`, now };
  }

  /** What the rule finds for the same stimulus if it does, else for any, good packets included. */
  #ruledNow({ requirement, decisive }: OriginalFinding, rules: readonly RuleFindingNow[]): RuleFindingNow | undefined {
    const found = rules.filter((each) => each.requirement === requirement);
    const cause = this.#find(this.#then, decisive)?.cause;
    const isOfCause = ({ frame }: RuleFindingNow): boolean =>
      cause !== undefined && this.#find(this.#now, frame)?.cause === cause;
    return found.find(isOfCause) ?? found[0];
  }

  /** A rule that has nothing to look at finds nothing: where addresses were carried over, that may be why. */
  #unruled(original: OriginalFinding): ComparedFinding {
    const then = this.#find(this.#then, original.decisive);
    const now = this.#now.filter(({ cause }) => cause === then?.cause).map(({ frame }) => frame);
    if (this.#recording.isStranger !== true || now.length > 0)
      return { original, state: 'gone', because: 'the rule finds nothing in any frame', now };
    const because =
      'the target sends nothing for the packet in question: it drops it rightly, or an address was not carried over as it should; see --map and --stimulus';
    return { original, state: 'undecided', because, now };
  }

  /** The frames of a replay that are the decisive output again. */
  decisiveNow<Frame extends OutputFrame>({ decisive }: OriginalFinding, frames: readonly Frame[]): readonly Frame[] {
    const then = this.#find(this.#then, decisive);
    if (then === undefined) return [];
    const same = this.#now.filter(({ cause, text }) => cause === then.cause && text === then.text);
    return frames.filter((frame) => same.some((each) => each.frame === frame));
  }

  #isSameOutput(original: OriginalFinding, rules: readonly RuleFindingNow[]): boolean {
    const then = this.#find(this.#then, original.decisive);
    // Of good packets, and where no frame shows it, only the words can be the same.
    if (then === undefined) return true;
    return rules.some(({ requirement, frame }) => {
      if (requirement !== original.requirement) return false;
      return this.#find(this.#now, frame)?.text === then.text;
    });
  }

  #compareOutput(original: OriginalFinding): Omit<ComparedFinding, 'original'> {
    const { decisive, mark } = original;
    const then = this.#find(this.#then, decisive);
    if (then !== undefined) return this.#compareDecisive(then);
    if (mark !== undefined) return this.#compareSilence([mark], 'the stimulus');
    if (/^(nothing|no )/.test(original.actual)) {
      const silent = stimuliOf(this.#recording)
        .map((stimulus) => stimulus.mark)
        .filter((each) => !this.#then.some(({ cause }) => cause === each));
      if (silent.length > 0) return this.#compareSilence(silent, 'any of the stimuli that had none');
    }
    return this.#compareAll();
  }

  #compareDecisive({ cause, text }: Caused): Omit<ComparedFinding, 'original'> {
    const count = (side: readonly Caused[]): number =>
      side.filter((each) => each.cause === cause && each.text === text).length;
    const now = this.#now.filter((each) => each.cause === cause).map(({ frame }) => frame);
    // How often the DUT looks for its neighbours is nobody's business.
    const wanted = cause === 'control' ? 1 : count(this.#then);
    if (count(this.#now) >= wanted)
      return { state: 'still there', because: 'the target sends the decisive output again', now };
    const found = now.length === 0 ? 'nothing' : 'something else';
    return { state: 'gone', because: `the target sends ${found} instead of the decisive output`, now };
  }

  #compareSilence(marks: readonly number[], whose: string): Omit<ComparedFinding, 'original'> {
    const now = this.#now.filter(({ cause }) => typeof cause === 'number' && marks.includes(cause));
    const frames = now.map(({ frame }) => frame);
    if (now.length === 0)
      return { state: 'still there', because: `nothing comes out for ${whose}, as before`, now: [] };
    return { state: 'gone', because: `there is output for ${whose}, where there was none`, now: frames };
  }

  #compareAll(): Omit<ComparedFinding, 'original'> {
    const textOf = (side: readonly Caused[]): string => {
      const all = side.map(({ cause, text }) => ({ cause, text: `${String(cause)} ${text}` }));
      const control = new Set(all.flatMap(({ cause, text }) => (cause === 'control' ? [text] : [])));
      const others = all.flatMap(({ cause, text }) => (cause === 'control' ? [] : [text]));
      // Neighbour discovery spells out MAC addresses, and its times are the DUT's own affair.
      return [...others.toSorted(), ...(this.#sameMacs ? [...control].toSorted() : [])].join('\n');
    };
    const isSame = textOf(this.#then) === textOf(this.#now);
    return {
      state: isSame ? 'still there' : 'gone',
      because: isSame
        ? 'no frame shows it, and all that the target sends is as before'
        : 'no frame shows it, and what the target sends is not as before',
      now: [],
    };
  }

  #find(side: readonly Caused[], wanted: OutputFrame | undefined): Caused | undefined {
    if (wanted === undefined) return undefined;
    return side.find(({ frame }) => frame === wanted || (frame.port === wanted.port && frame.bytes === wanted.bytes));
  }
}

interface Caused {
  readonly frame: OutputFrame;
  readonly cause: Cause;
  readonly text: string;
}
