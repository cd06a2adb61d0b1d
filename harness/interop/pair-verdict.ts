import type { Verdict } from '../runner/verdict.ts';
import { DIRECTIONS, type Direction, type InteropFinding, type Side, type TrafficResult } from './result.ts';

/** The worst first. */
const ORDER: readonly Verdict[] = ['error', 'fail', 'inconclusive', 'warn', 'skip', 'pass'];

export const worstOf = (verdicts: readonly Verdict[]): Verdict =>
  ORDER.find((verdict) => verdicts.includes(verdict)) ?? 'skip';

export interface Assessment {
  readonly verdict: Verdict;
  readonly unexpected: boolean;
  readonly reason?: string;
}

/** What a pair has shown, as far as its verdict goes. */
export interface Shown {
  readonly findings: readonly InteropFinding[];
  readonly traffic: readonly TrafficResult[];
  readonly silent: readonly Side[];
  readonly names: Readonly<Record<Side, string>>;
}

/** Findings that speak of traffic in a direction; what belongs to none speaks of both. */
export const findingsOf = (findings: readonly InteropFinding[], direction: Direction): readonly InteropFinding[] =>
  findings.filter((finding) => (finding.direction ?? direction) === direction);

/**
 * The verdict of one direction. A clause that a side broke decides; traffic that failed without one, or because an end is dead, decides
 * nothing.
 */
export const assessDirection = ({ findings, traffic, silent, names }: Shown, direction: Direction): Assessment => {
  const own = findingsOf(findings, direction);
  const broken = own.filter(({ severity }) => severity === 'must');
  const failed = traffic.filter((result) => result.direction === direction && result.verdict === 'fail');
  const unexpected = own.some(({ expectation }) => expectation.unexpected);
  const [first] = [...broken, ...own].toSorted((a, b) => Number(isDeclared(a)) - Number(isDeclared(b)));
  if (broken.length > 0 && first !== undefined)
    return { verdict: 'fail', unexpected, reason: findingReason(first, own.length) };
  const [dead] = silent;
  if (dead !== undefined) {
    const reason = `${names[dead]} says nothing: it neither forwards nor answers ARP or neighbour solicitations`;
    return { verdict: 'inconclusive', unexpected: true, reason };
  }
  const [failure] = failed;
  if (failure !== undefined) {
    const cause = findings.find(({ severity }) => severity === 'must');
    const why = cause === undefined ? 'no broken clause explains it' : `the other way ${findingReason(cause, 1)}`;
    return { verdict: 'inconclusive', unexpected: true, reason: `${failure.kind}: ${failure.detail}; ${why}` };
  }
  if (first !== undefined) return { verdict: 'warn', unexpected, reason: findingReason(first, own.length) };
  return { verdict: 'pass', unexpected: false };
};

/** The verdict of both directions together. */
export const assessPair = (shown: Shown): Assessment => {
  const both = DIRECTIONS.map((direction) => assessDirection(shown, direction));
  return combine(both);
};

export const combine = (assessments: readonly Assessment[]): Assessment => {
  const verdict = worstOf(assessments.map((each) => each.verdict));
  const unexpected = assessments.some((each) => each.unexpected);
  // Of two that are equally bad, the one that nobody has declared.
  const shown = assessments
    .filter((each) => each.verdict === verdict)
    .toSorted((a, b) => Number(b.unexpected) - Number(a.unexpected))[0];
  return { verdict, unexpected, ...(shown?.reason === undefined ? {} : { reason: shown.reason }) };
};

const isDeclared = ({ expectation }: InteropFinding): boolean => expectation.kind === 'expected';

const findingReason = ({ end, role, requirement, expectation }: InteropFinding, count: number): string => {
  const more = count > 1 ? ` and ${String(count - 1)} more` : '';
  const declared = expectation.kind === 'expected' ? ' (declared)' : '';
  return `${end} as ${role} breaks ${requirement}${declared}${more}`;
};
