import type { CaseResult, RunResult } from '../runner/result.ts';
import { printable, tapText, yamlText } from './escape.ts';
import { lookupIn, type RequirementLookup } from './lookup.ts';
import { isNoteworthy, essence } from './verdict-line.ts';

/**
 * The run as TAP 14 (https://testanything.org/tap-version-14-specification.html): one test point per case, details as
 * YAML. An expected deviation is a TODO; a run that was cut short bails out.
 */
export const tapReport = (result: RunResult): string => {
  const lookup = lookupIn(result);
  const lines = ['TAP version 14', `1..${String(result.cases.length)}`];
  if (result.cases.length === 0) lines[1] = '1..0 # SKIP no case ran';
  result.cases.forEach((each, index) => {
    lines.push(testPoint(each, index + 1));
    if (isNoteworthy(each)) lines.push(...diagnostics(each, lookup));
  });
  if (result.interrupted) {
    const reason = result.stopped === undefined ? 'interrupted' : `stopped: ${result.stopped.reason}`;
    lines.push(`Bail out! ${printable(reason)}; the cases after this were not run`);
  }
  return `${lines.join('\n')}\n`;
};

const testPoint = (result: CaseResult, number: number): string => {
  const expected = result.expectation.kind === 'expected';
  const failed = result.expectation.unexpected || (expected && result.verdict !== 'pass');
  const point = `${failed ? 'not ok' : 'ok'} ${String(number)} - ${tapText(`${result.id} [${result.profile}]`)}`;
  return `${point}${directive(result, expected)}`;
};

const directive = (result: CaseResult, expected: boolean): string => {
  const reason = tapText(essence(result));
  if (result.expectation.unexpected) return '';
  if (expected) return ` # TODO ${reason}`;
  return result.verdict === 'skip' ? ` # SKIP ${reason}` : '';
};

const diagnostics = (result: CaseResult, lookup: RequirementLookup): string[] => {
  const requirement = lookup(result.requirement);
  const facts: [string, string | undefined][] = [
    ['verdict', result.verdict],
    ['message', essence(result)],
    ['requirement', result.requirement],
    ['clause', requirement?.sources],
    ['level', requirement?.level],
    ['evidence', result.evidence],
    ['rerun', result.rerun],
  ];
  const lines = facts.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${yamlText(value)}`]));
  lines.push(`duration_ms: ${result.durationMs.toFixed(3)}`, ...violationItems(result));
  return ['---', ...lines, '...'].map((line) => `  ${line}`);
};

const violationItems = (result: CaseResult): string[] => {
  if (result.violations.length === 0) return [];
  return [
    'violations:',
    ...result.violations.flatMap((violation) => [
      `  - requirement: ${yamlText(violation.requirement)}`,
      '    expected:',
      ...violation.expected.map((each) => `      - ${yamlText(each)}`),
      `    actual: ${yamlText(violation.actual)}`,
      ...(violation.frameNumber === undefined ? [] : [`    frame: ${String(violation.frameNumber)}`]),
    ]),
  ];
};
