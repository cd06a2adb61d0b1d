import type { LateFrame } from '../tester/testbed-contract.ts';
import type { CaseRegistry } from './registry.ts';
import { PASSIVE_VARIANT } from './registry.ts';
import { levelClass, type LevelClass, type Requirement } from './requirement.ts';
import type { CaseRun } from './run-case.ts';
import type { Violation } from './verdict.ts';

/** A violation with the case run whose frames show it. */
export interface ChargedViolation {
  readonly violation: Violation;
  readonly shownBy: CaseRun;
}

/** One result in the making: a case that ran, or a requirement that only frames of other cases speak of. */
export interface Charge {
  readonly id: string;
  readonly requirement: string;
  /** Undefined for a passive result. */
  readonly run: CaseRun | undefined;
  readonly violations: readonly ChargedViolation[];
  readonly notes: readonly string[];
}

interface Draft {
  readonly id: string;
  readonly requirement: string;
  readonly run: CaseRun | undefined;
  readonly violations: ChargedViolation[];
  readonly notes: string[];
}

export interface ChargeOptions {
  readonly registry: Pick<CaseRegistry, 'requirement'>;
  /** Passive results are made for these levels only; every level when left out. */
  readonly levels?: readonly LevelClass[];
}

/** Everything that the frames of a run show, as the case and the rules judged it. */
export const violationsOf = (run: CaseRun): readonly Violation[] => [
  ...run.observations.violations,
  ...run.rules.violations,
];

/** What came out late is a violation of the case whose stimulus it answers. */
export const withLateFrames = (run: CaseRun, late: readonly LateFrame[]): CaseRun => {
  const own = late.filter(({ caseId }) => caseId === run.selected.definition.id);
  if (own.length === 0) return run;
  const violations = own.map(({ frame, description }): Violation => ({
    requirement: run.selected.requirement.id,
    expected: ['nothing more for the stimuli of the case after its last fence'],
    actual: `late: ${description}`,
    frameNumber: frame.number,
    by: 'case',
  }));
  return { ...run, observations: { ...run.observations, violations: [...run.observations.violations, ...violations] } };
};

/**
 * Puts every violation under the requirement that it violates: the result of the first case of that requirement, in catalogue
 * order, that was not skipped, else the first of all, else a result `<requirement>/passive`. All runs are of one repetition.
 */
export const chargeViolations = (runs: readonly CaseRun[], options: ChargeOptions): readonly Charge[] => {
  const drafts = runs.map(draftOf);
  const passive = new Map<string, Draft>();
  for (const draft of drafts) {
    const { run } = draft;
    if (run === undefined) continue;
    for (const violation of violationsOf(run)) {
      const { requirement } = violation;
      if (requirement === draft.requirement) {
        draft.violations.push({ violation, shownBy: run });
        continue;
      }
      const target = draftFor(requirement, drafts) ?? passiveDraft(requirement, passive, options);
      if (target === undefined) continue;
      target.violations.push({ violation: { ...violation, seenIn: draft.id }, shownBy: run });
      const note = `its frames also violate ${requirement}: see ${target.id}`;
      if (!draft.notes.includes(note)) draft.notes.push(note);
    }
  }
  return [...drafts, ...passive.values()];
};

const draftOf = (run: CaseRun): Draft => {
  const { definition, requirement } = run.selected;
  return { id: definition.id, requirement: requirement.id, run, violations: [], notes: [...run.observations.notes] };
};

const draftFor = (requirement: string, drafts: readonly Draft[]): Draft | undefined => {
  // The order of the runs depends on what else was selected, and a shard must charge as the whole run does.
  const candidates = drafts
    .filter((draft) => draft.requirement === requirement)
    .toSorted((a, b) => placeOf(a) - placeOf(b));
  return candidates.find(({ run }) => run?.skipped === undefined) ?? candidates[0];
};

const placeOf = ({ run }: Draft): number => run?.selected.index ?? 0;

const passiveDraft = (requirement: string, passive: Map<string, Draft>, options: ChargeOptions): Draft | undefined => {
  const known = passive.get(requirement);
  if (known !== undefined) return known;
  if (!levelWanted(options.registry.requirement(requirement), options.levels)) return undefined;
  const draft = { id: `${requirement}/${PASSIVE_VARIANT}`, requirement, run: undefined, violations: [], notes: [] };
  passive.set(requirement, draft);
  return draft;
};

const levelWanted = (requirement: Requirement | undefined, levels: readonly LevelClass[] | undefined): boolean =>
  levels === undefined || requirement === undefined || levels.includes(levelClass(requirement.level));
