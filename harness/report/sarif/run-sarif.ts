import { exitCodeOf } from '../../runner/exit-code.ts';
import type { CaseResult, RunResult } from '../../runner/result.ts';
import type { Violation } from '../../runner/verdict.ts';
import { relativeUri } from '../escape.ts';
import { lookupIn } from '../lookup.ts';
import { isExpectedDeviation } from '../summary.ts';
import { essence, isNoteworthy } from '../verdict-line.ts';
import { SarifLog, type SarifFinding } from './sarif-log.ts';

/** A case of many vectors can fail in each of them. */
const MOST_OF_A_CASE = 20;

/**
 * The run as SARIF: rules are requirements, results are what is not a pass or a skip, at the frame of the evidence file that shows it.
 * Declared deviations are suppressed results with their reason; what could not be decided is open.
 */
export const sarifReport = (result: RunResult): string => {
  const lookup = lookupIn(result);
  const log = new SarifLog(result.tool.version, lookup);
  for (const each of result.cases.filter((one) => isNoteworthy(one) && one.verdict !== 'skip'))
    for (const finding of findingsOf(each, result)) if (log.takes()) log.add(finding);
  if (result.stopped !== undefined)
    log.notify({ level: 'error', message: result.stopped.reason, code: result.stopped.code });
  return log.text(exitCodeOf(result));
};

const findingsOf = (result: CaseResult, run: RunResult): readonly SarifFinding[] => {
  const { violations, verdict, expectation } = result;
  // A deviation that does not show as declared is about the declaration, whatever the case found.
  if (violations.length === 0 || expectation.kind === 'mismatch')
    return [
      {
        ...common(result, run),
        requirement: result.requirement,
        message: `${result.id} [${result.profile}]: ${essence(result)}`,
        ...(verdict === 'inconclusive' && expectation.kind !== 'mismatch' ? { kind: 'open' } : { level: 'error' }),
        ...placeOf(result.evidence),
        about: { name: result.id, fullName: `${result.id} [${result.profile}]` },
        fingerprint: fingerprintOf(result, result.requirement),
      },
    ];
  return violations.slice(0, MOST_OF_A_CASE).map((violation) => violationOf(violation, result, run));
};

const violationOf = (violation: Violation, result: CaseResult, run: RunResult): SarifFinding => {
  const { requirement, expected, actual, frameNumber, frame, place, tolerated, seenIn } = violation;
  const name = frameNumber === undefined ? result.id : `frame ${String(frameNumber)}`;
  const where = frame === undefined ? '' : `: ${frame}`;
  return {
    ...common(result, run),
    requirement,
    ...levelOf(result, tolerated === true),
    message: `Expected ${expected.join(' or ')}; found ${actual} in ${seenIn ?? result.id} [${result.profile}]${where}`,
    ...placeOf(violation.evidence ?? result.evidence),
    about: { name, fullName: [result.id, name, place?.field].filter((part) => part !== undefined).join(' ') },
    fingerprint: fingerprintOf(result, requirement),
  };
};

/** As the verdict has it, which knows of `--strict`, of what a clause tolerates, and of expectations. */
const levelOf = (result: CaseResult, isTolerated: boolean): Pick<SarifFinding, 'level'> => {
  if (isTolerated || (result.verdict === 'warn' && !result.expectation.unexpected)) return { level: 'warning' };
  return result.expectation.unexpected ? { level: 'error' } : {};
};

const common = (result: CaseResult, { target, node }: RunResult): Pick<SarifFinding, 'accepted' | 'properties'> => ({
  ...(isExpectedDeviation(result) && 'reason' in result.expectation ? { accepted: result.expectation.reason } : {}),
  properties: {
    case: result.id,
    profile: result.profile,
    verdict: result.verdict,
    target,
    node: [node.node, node.kernelRelease].filter((part) => part !== undefined).join(' '),
    rerun: result.rerun,
  },
});

/**
 * Relative to the folder that holds this report, as everywhere in the results. What has no evidence is at the results themselves: services
 * refuse a result without a file.
 */
const placeOf = (evidence = 'results.json'): Pick<SarifFinding, 'place'> => ({ place: { uri: relativeUri(evidence) } });

const fingerprintOf = ({ id, profile }: CaseResult, requirement: string): string => `${requirement} ${id} [${profile}]`;
