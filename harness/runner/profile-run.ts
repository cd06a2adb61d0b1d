import type { NodeFacts } from '../node/node.ts';
import type { Profile } from '../profile/index.ts';
import type { LateFrame } from '../tester/testbed-contract.ts';
import { assess, type AssessOptions } from './assess.ts';
import { buildResult } from './build-results.ts';
import { chargeViolations, withLateFrames } from './charge.ts';
import type { EvidenceFile, EvidenceSource } from './evidence.ts';
import type { Execution } from './execute.ts';
import type { Expectation } from './expectation.ts';
import { combineRepetitions, judgeCharge, type JudgedCase } from './judged-case.ts';
import type { ProgressEvent } from './progress.ts';
import { caseIdsOf, type CaseRegistry } from './registry.ts';
import type { LevelClass } from './requirement.ts';
import type { CaseResult } from './result.ts';
import type { CaseRun } from './run-case.ts';
import type { Verdict } from './verdict.ts';

/** What the results of a profile depend on, besides what was seen. */
export interface VerdictOptions {
  readonly registry: CaseRegistry;
  readonly profile: Profile;
  readonly target: string;
  readonly node: NodeFacts;
  readonly seed: string;
  readonly strict: boolean;
  readonly expectations: readonly Expectation[];
  readonly withoutExpectations?: boolean;
  readonly propertyPackets?: number;
  readonly levels?: readonly LevelClass[];
  readonly today: string;
  readonly repetitions: number;
  /** Where `evidence/` is put; nothing is written without it. */
  readonly outFolder?: string;
  readonly evidence: 'notable' | 'all';
}

const NOTABLE: readonly Verdict[] = ['fail', 'warn', 'inconclusive', 'error'];

/** Turns what was seen under one profile into results in catalogue order, and writes their evidence. */
export const finishProfile = async (
  execution: Execution,
  source: EvidenceSource,
  options: VerdictOptions,
): Promise<readonly CaseResult[]> => {
  const repetitions = byRepetition(chargeLate(execution.runs, execution.late));
  const judged = combineRepetitions(
    repetitions.map((runs) => judgeRuns(runs, options)),
    execution.completed,
  ).toSorted(catalogueOrder(options.registry));
  const outcomes = assessJudged(judged, options);
  const files = evidenceFiles(judged, source, options);
  const { outFolder } = options;
  const written = new Set<CaseRun>();
  if (outFolder !== undefined) {
    for (const { file, wanted } of files.values())
      if (wanted && (await source.write(outFolder, file))) written.add(file.run);
  }
  return judged.map((each, index) =>
    buildResult(each, outcomes[index] ?? { kind: 'none', unexpected: true }, {
      ...options,
      evidenceOf: (run) => files.get(run)?.file,
      isWritten: (file) => written.has(file.run),
    }),
  );
};

/** Whether a single run already shows what nobody expected. A pass never does: an expectation may be kept by a later case. */
export const isUnexpectedRun = (run: CaseRun, options: VerdictOptions): boolean => {
  const judged = judgeRuns([run], options);
  const outcomes = assessJudged(judged, options);
  return judged.some(({ verdict }, index) => verdict !== 'pass' && outcomes[index]?.unexpected === true);
};

/** Verdict of a run by what it alone shows of its own requirement, and whether the target declares it. */
export const provisionalVerdict = (run: CaseRun, options: VerdictOptions): ProvisionalVerdict => {
  const own = judgeRuns([run], options).find(({ id }) => id === run.selected.definition.id);
  if (own === undefined) throw new TypeError(`Expected a verdict of ${run.selected.definition.id}, found none`);
  const { verdict, reason, violations } = own;
  const [first] = violations;
  return {
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(first === undefined ? {} : { found: first.violation.actual }),
    expected: assessJudged([own], options)[0]?.kind === 'expected',
  };
};

type ProvisionalVerdict = Pick<
  Extract<ProgressEvent, { kind: 'case-finished' }>,
  'verdict' | 'reason' | 'found' | 'expected'
>;

const judgeRuns = (runs: readonly CaseRun[], { registry, levels }: VerdictOptions): readonly JudgedCase[] =>
  chargeViolations(runs, { registry, ...(levels === undefined ? {} : { levels }) }).map((charge) =>
    judgeCharge(charge, registry.requirement),
  );

const assessJudged = (judged: readonly JudgedCase[], options: VerdictOptions): ReturnType<typeof assess> => {
  const { kernelRelease } = options.node;
  const assessOptions: AssessOptions = {
    expectations: options.expectations,
    profile: options.profile,
    ...(kernelRelease === undefined ? {} : { kernelRelease }),
    strict: options.strict,
    today: options.today,
    requirementOf: options.registry.requirement,
    casesOf: (id) => caseIdsOf(options.registry, id),
  };
  return assess(
    judged.map((each) => ({ ...each, violations: each.violations.map(({ violation }) => violation) })),
    assessOptions,
  );
};

/** A late frame cannot say which repetition it belongs to; it is charged to the last one of its case. */
export const chargeLate = (runs: readonly CaseRun[], late: readonly LateFrame[]): readonly CaseRun[] => {
  const lastRun = new Map(runs.map((run) => [run.selected.definition.id, run]));
  return runs.map((run) => (lastRun.get(run.selected.definition.id) === run ? withLateFrames(run, late) : run));
};

const byRepetition = (runs: readonly CaseRun[]): readonly (readonly CaseRun[])[] => {
  const repetitions: CaseRun[][] = [];
  for (const run of runs) (repetitions[run.repetition - 1] ??= []).push(run);
  return repetitions;
};

/** By requirement, then as the suites have it; what only rules judged comes behind the cases of its requirement. */
const catalogueOrder = (registry: CaseRegistry): ((a: JudgedCase, b: JudgedCase) => number) => {
  const requirements = new Map(registry.requirements.map(({ id }, index) => [id, index]));
  const place = ({ requirement, run }: JudgedCase): readonly [number, number] => [
    requirements.get(requirement) ?? requirements.size,
    run?.selected.index ?? registry.cases.length,
  ];
  return (a, b) => {
    const [requirementA, caseA] = place(a);
    const [requirementB, caseB] = place(b);
    return requirementA - requirementB || caseA - caseB;
  };
};

/** A header that is always wrong shows in every case; a few captures of it are as good as all. */
const SHOWING_CASES = 5;

interface PlannedFile {
  readonly file: EvidenceFile;
  readonly wanted: boolean;
}

/** The evidence of every run that a result speaks of, and whether it is to be written. */
const evidenceFiles = (
  judged: readonly JudgedCase[],
  source: EvidenceSource,
  options: VerdictOptions,
): ReadonlyMap<CaseRun, PlannedFile> => {
  const naming = { profileName: options.profile.name, repeated: options.repetitions > 1 };
  const wanted = new Map<CaseRun, boolean>();
  for (const { run, verdict, violations } of judged) {
    const notable = options.evidence === 'all' || NOTABLE.includes(verdict);
    if (run !== undefined) wanted.set(run, notable || wanted.get(run) === true);
    for (const { shownBy } of violations.slice(0, SHOWING_CASES)) wanted.set(shownBy, true);
  }
  const files = new Map<CaseRun, PlannedFile>();
  for (const [run, isWanted] of wanted) {
    const file = source.fileOf(run, naming);
    if (file !== undefined) files.set(run, { file, wanted: isWanted });
  }
  return files;
};
