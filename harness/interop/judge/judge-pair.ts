import { grouped } from '../../grouped.ts';
import type { Expectation } from '../../runner/expectation.ts';
import { assess } from '../../runner/assess.ts';
import { severity } from '../../runner/judge.ts';
import type { Requirement } from '../../runner/requirement.ts';
import type { Violation } from '../../runner/verdict.ts';
import { SIDES, type InteropFinding, type Side } from '../result.ts';
import { decapsulationFindings } from './decapsulation.ts';
import { encapsulationFindings } from './encapsulation.ts';
import type { Observed, RawFinding } from './observed.ts';
import { ruleFindings } from './rule-findings.ts';

/** What must be known of an end to judge what it did. */
export interface JudgedEnd {
  readonly name: string;
  /** Its declared deviations; none with `--no-expectations`. */
  readonly expectations: readonly Expectation[];
  readonly kernelRelease: string | undefined;
}

export interface JudgeOptions {
  readonly ends: Readonly<Record<Side, JudgedEnd>>;
  readonly strict: boolean;
  /** YYYY-MM-DD. */
  readonly today: string;
  readonly requirementOf: (id: string) => Requirement | undefined;
}

export interface PairJudgement {
  readonly findings: readonly InteropFinding[];
  /** What could not be decided. */
  readonly doubts: readonly string[];
}

/** Which side broke which clause: one finding for each, with how often it was seen. */
export const judgePair = (observed: Observed, options: JudgeOptions): PairJudgement => {
  const byRules = ruleFindings(observed);
  const known = numbersOf(byRules);
  const encapsulation = SIDES.flatMap((side) => encapsulationFindings(observed, side, known));
  const wrong = new Set([...known, ...numbersOf(encapsulation)]);
  const decapsulation = SIDES.map((side) => decapsulationFindings(observed, side, wrong));
  const raw = merged([...byRules, ...encapsulation, ...decapsulation.flatMap(({ findings }) => findings)]);
  const doubts = [
    ...SIDES.flatMap((side, index) => {
      const excused = decapsulation[index]?.excused ?? 0;
      if (excused === 0) return [];
      const name = options.ends[side].name;
      return [
        `${String(excused)} tunnel packets did not come out of ${name} once, and are not held against it: they were not right when it got them`,
      ];
    }),
    ...networkDoubts(observed, wrong, options.ends),
  ];
  return { findings: SIDES.flatMap((side) => assessed(side, raw, observed, options)), doubts };
};

type Merged = RawFinding & Pick<Violation, 'count'>;

/** One entry for each clause that a side broke in one of its parts, the first frame that shows it, and how many do. */
const merged = (findings: readonly RawFinding[]): readonly Merged[] => {
  const keyOf = ({ side, role, direction, requirement }: RawFinding): string =>
    [side, role, direction, requirement].join(' ');
  return [...grouped(findings, keyOf).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    return [others.length === 0 ? first : { ...first, count: others.length + 1 }];
  });
};

const numbersOf = (findings: readonly RawFinding[]): ReadonlySet<number> =>
  new Set(findings.flatMap(({ frameNumber }) => frameNumber ?? []));

/** Compares what one side did with what its target declares. */
const assessed = (
  side: Side,
  findings: readonly Merged[],
  { labs }: Observed,
  { ends, strict, today, requirementOf }: JudgeOptions,
): readonly InteropFinding[] => {
  const end = ends[side];
  const own = findings.filter((finding) => finding.side === side);
  const results = own.map((finding) => {
    const violation: Violation = { ...finding, by: 'rule' };
    const level = severity(violation, requirementOf);
    const { requirement } = finding;
    return {
      id: requirement,
      requirement,
      verdict: level === 'must' ? ('fail' as const) : ('warn' as const),
      violations: [violation],
      level,
    };
  });
  const outcomes = assess(results, {
    expectations: end.expectations,
    profile: labs[side].profile,
    ...(end.kernelRelease === undefined ? {} : { kernelRelease: end.kernelRelease }),
    strict,
    today,
    requirementOf,
  });
  return own.map((finding, index) => ({
    ...finding,
    end: end.name,
    severity: results[index]?.level ?? 'must',
    expectation: outcomes[index] ?? { kind: 'none', unexpected: true },
  }));
};

/** Packets that the network did not forward for another reason than their size, and with which nothing else is wrong. */
const networkDoubts = (
  { network, links }: Observed,
  wrong: ReadonlySet<number>,
  ends: JudgeOptions['ends'],
): readonly string[] => {
  const dropped = [...network.fates].flatMap(([number, fate]) => {
    const frame = links.frames[number - 1];
    if (fate.kind !== 'dropped' || frame === undefined || wrong.has(number)) return [];
    return [{ side: frame.side, number, reason: fate.reason }];
  });
  return [...grouped(dropped, ({ side, reason }) => `${side} ${reason}`).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { side, number, reason } = first;
    const frames = same.length === 1 ? 'frame' : `${String(same.length)} frames like`;
    return [`the network discarded ${frames} ${String(number)} of ${ends[side].name}: ${reason}`];
  });
};
