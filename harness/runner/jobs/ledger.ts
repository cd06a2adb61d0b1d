import type { NodeFacts } from '../../node/node.ts';
import type { Profile } from '../../profile/index.ts';
import type { Execution } from '../execute.ts';
import { roundMs } from '../phase-timer.ts';
import { isUnexpectedRun, provisionalVerdict } from '../profile-run.ts';
import { failedRun, type CaseRun } from '../run-case.ts';
import type { SelectedCase } from '../select-cases.ts';
import type { ProfileSelection } from '../select-profiles.ts';
import { countRuns, verdictOptionsOf, type RunSuiteOptions } from '../suite-options.ts';
import type { CaseAtHand, HiredWorker } from './hired-worker.ts';
import { caseRunOf, type FromWorker, type PlainRun, type RunPlace, type Unit } from './messages.ts';
import type { WorkPlan } from './work-plan.ts';

/** A run, and the worker that has its frames. */
export interface Entry extends RunPlace {
  readonly run: CaseRun;
  readonly worker: HiredWorker;
  readonly frames: readonly number[];
}

type Finished = Extract<FromWorker, { readonly kind: 'case-finished' }>;

/** What is still to be done and what has been done, in the order in which one job would do it. */
export class Ledger {
  readonly #options: RunSuiteOptions;
  readonly #selections: readonly ProfileSelection[];
  readonly #selected: readonly ReadonlyMap<number, SelectedCase>[];
  readonly #plan: WorkPlan;
  readonly #queue: Unit[];
  readonly #underWay = new Set<Unit>();
  readonly #comesUp = new Set<number>();
  /** By place in the plan. */
  readonly #runs = new Map<number, { readonly profile: number; readonly run: CaseRun }>();
  readonly #entries = new Map<CaseRun, Entry>();
  readonly #total: number;
  /** Place of the first run that nobody expected, with `--bail`. */
  #bailedAt = Infinity;

  constructor(options: RunSuiteOptions, selections: readonly ProfileSelection[], plan: WorkPlan) {
    this.#options = options;
    this.#selections = selections;
    this.#selected = selections.map(({ selected }) => new Map(selected.map((each) => [each.index, each])));
    this.#plan = plan;
    this.#queue = [...plan.units];
    this.#total = countRuns(selections, options);
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  get hasBailed(): boolean {
    return this.#bailedAt < Infinity;
  }

  entryOf(run: CaseRun): Entry | undefined {
    return this.#entries.get(run);
  }

  comesUp(profile: number): void {
    this.#comesUp.add(profile);
  }

  isKnownToComeUp(profile: number): boolean {
    return this.#comesUp.has(profile);
  }

  /**
   * The next unit for a worker; undefined when there is none for now. Until the target has come up once under a profile, only one
   * group is tried at a time: whether a set-up that fails is the end of the run depends on those before it.
   */
  take(): Unit | undefined {
    const [unit] = this.#queue;
    if (unit === undefined) return undefined;
    const isTried = [...this.#underWay].some(({ profile, group }) => profile === unit.profile && group !== unit.group);
    if (isTried && !this.#comesUp.has(unit.profile)) return undefined;
    this.#queue.shift();
    this.#underWay.add(unit);
    return unit;
  }

  isDone(unit: Unit): void {
    this.#underWay.delete(unit);
  }

  started({ profile, caseIndex, repetition }: CaseAtHand): void {
    const { name } = this.#profile(profile);
    const { id } = this.#case(profile, caseIndex).definition;
    this.#options.onProgress?.({ kind: 'case-started', id, profile: name, repetition, ...this.#progress() });
  }

  finished(worker: HiredWorker, { profile, run: plain }: Finished, facts: NodeFacts): void {
    const run = this.#enter(worker, profile, this.#nextIndex(worker, profile), plain);
    const verdicts = verdictOptionsOf(this.#options, facts, this.#profile(profile));
    this.#options.onProgress?.({
      kind: 'case-finished',
      id: run.selected.definition.id,
      profile: verdicts.profile.name,
      repetition: run.repetition,
      ...provisionalVerdict(run, verdicts),
      durationMs: roundMs(run.durationMs),
      ...this.#progress(),
    });
    if (this.#options.bail === true && isUnexpectedRun(run, verdicts))
      this.#bail(this.#plan.placeOf(profile, run.repetition, plain.caseIndex));
  }

  /** What came late was added to a run. */
  replace(worker: HiredWorker, { profile, index, run }: RunPlace & { readonly run: PlainRun }): void {
    this.#enter(worker, profile, index, run);
  }

  /** What of the unit was not run is to be run by another worker; the case at hand is not tried again. */
  takeBack(unit: Unit, failed: (CaseAtHand & { readonly reason: string }) | undefined): void {
    this.#underWay.delete(unit);
    if (failed !== undefined) this.#failCase(failed.profile, failed.repetition, failed.caseIndex, failed.reason);
    const left = unit.cases.filter((index) => !this.#has(unit, index));
    if (left.length > 0) this.#queue.unshift({ ...unit, cases: left });
  }

  /** Everything that is left is an error: it was to be run, and nobody is there to do it. */
  giveUp(reason: string): void {
    for (const { profile, repetition, cases } of this.#queue.splice(0))
      for (const index of cases) this.#failCase(profile, repetition, index, reason);
  }

  /** What came of each profile of which anything ran, as if one job had run it. */
  executions(interrupted: boolean): readonly { readonly profile: Profile; readonly execution: Execution }[] {
    const places = [...this.#runs].filter(([place]) => place <= this.#bailedAt).sort(([a], [b]) => a - b);
    return this.#selections.flatMap(({ profile }, index) => {
      const runs = places.filter(([, { profile: of }]) => of === index).map(([, { run }]) => run);
      const completed = this.#completed(index);
      return runs.length === 0 ? [] : [{ profile, execution: { runs, late: [], completed, interrupted } }];
    });
  }

  /** How many repetitions ran to their end. */
  #completed(profile: number): number {
    const repetitions = this.#options.repetitions ?? 1;
    const cases = [...(this.#selected[profile]?.keys() ?? [])];
    for (let repetition = 1; repetition <= repetitions; repetition += 1) {
      const places = cases.map((index) => this.#plan.placeOf(profile, repetition, index));
      if (!places.every((place) => place < this.#bailedAt && this.#runs.has(place))) return repetition - 1;
    }
    return repetitions;
  }

  #enter(worker: HiredWorker, profile: number, index: number, plain: PlainRun): CaseRun {
    const run = caseRunOf(plain, this.#case(profile, plain.caseIndex));
    this.#runs.set(this.#plan.placeOf(profile, plain.repetition, plain.caseIndex), { profile, run });
    this.#entries.set(run, { run, worker, profile, index, frames: plain.frames });
    return run;
  }

  #nextIndex(worker: HiredWorker, profile: number): number {
    const index = worker.told.get(profile) ?? 0;
    worker.told.set(profile, index + 1);
    return index;
  }

  #failCase(profile: number, repetition: number, caseIndex: number, reason: string): void {
    // No stack: it says nothing of the case.
    const run: CaseRun = { ...failedRun(this.#case(profile, caseIndex), repetition, undefined), error: reason };
    this.#runs.set(this.#plan.placeOf(profile, repetition, caseIndex), { profile, run });
  }

  /** What comes after the place would not have been run by one job. */
  #bail(place: number): void {
    this.#bailedAt = Math.min(this.#bailedAt, place);
    for (const unit of this.#queue.splice(0)) {
      const cases = unit.cases.filter((index) => this.#plan.placeOf(unit.profile, unit.repetition, index) < place);
      if (cases.length > 0) this.#queue.push({ ...unit, cases });
    }
  }

  #has({ profile, repetition }: Unit, caseIndex: number): boolean {
    return this.#runs.has(this.#plan.placeOf(profile, repetition, caseIndex));
  }

  #progress(): { readonly done: number; readonly total: number } {
    return { done: this.#runs.size, total: this.#total };
  }

  #profile(index: number): Profile {
    const profile = this.#selections[index]?.profile;
    if (profile === undefined) throw new RangeError(`expected a profile of the plan, found ${String(index)}`);
    return profile;
  }

  #case(profile: number, caseIndex: number): SelectedCase {
    const selected = this.#selected[profile]?.get(caseIndex);
    if (selected === undefined) throw new RangeError(`expected a case of the plan, found ${String(caseIndex)}`);
    return selected;
  }
}
