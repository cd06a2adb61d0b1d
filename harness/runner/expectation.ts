import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { isProto41Error, Proto41Error } from '../errors.ts';
import { caseMatcher } from './glob.ts';
import { nearMatches } from './near-matches.ts';
import { parseKernelRange } from './kernel-range.ts';
import type { CaseRegistry } from './registry.ts';
import { PASSIVE_VARIANT } from './registry.ts';

/** `expectations.json` that cannot be used: wrong usage, found before anything runs. */
export class ExpectationError extends Proto41Error {
  constructor(file: string, message: string, cause?: unknown) {
    super(`Expectations ${file}: ${message}`, {
      code: 'EXPECTATIONS_INVALID',
      exitCode: 2,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

const text = v.pipe(v.string(), v.trim(), v.minLength(1, 'expected text, found an empty string'));
const someTexts = v.pipe(v.array(text), v.minLength(1, 'expected at least one entry'));

const kernelRange = v.pipe(
  text,
  v.check((range) => {
    try {
      parseKernelRange(range);
      return true;
    } catch (error) {
      if (isProto41Error(error)) return false;
      throw error;
    }
  }, 'expected a kernel range such as ">=5.10 <6.2" or "6.1"'),
);

/** One known deviation of a target. */
export const expectationSchema = v.strictObject({
  /** Requirement id (all its results) or case id (just that case). */
  requirement: text,
  /** Globs on the name or the text form of the profile; every profile when left out. */
  profiles: v.exactOptional(someTexts),
  /** A range of kernel releases, or several of which one must hold; every kernel when left out. */
  kernels: v.exactOptional(v.union([kernelRange, v.pipe(v.array(kernelRange), v.minLength(1))])),
  /** Both when left out. */
  verdicts: v.exactOptional(v.pipe(v.array(v.picklist(['fail', 'warn'])), v.minLength(1))),
  /** Texts of which one must occur in what each violation says; another violation of the same requirement is then not declared. */
  matches: v.exactOptional(v.union([text, someTexts])),
  /**
   * Ids or globs of the cases by which alone the deviation shows, each of them: a pass is unexpected only where one of them ran.
   * When left out, all cases of the requirement have to be in the run.
   */
  shownBy: v.exactOptional(someTexts),
  reason: text,
  link: v.exactOptional(v.pipe(v.string(), v.url())),
  /** Last day on which the deviation is accepted, YYYY-MM-DD. */
  expires: v.exactOptional(v.pipe(v.string(), v.isoDate('expected a date as YYYY-MM-DD'))),
});

export type Expectation = v.InferOutput<typeof expectationSchema>;

/** Reads an `expectations.json`; a file that does not exist declares nothing. Throws ExpectationError. */
export const loadExpectations = async (file: string): Promise<readonly Expectation[]> => {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new ExpectationError(file, `cannot be read: ${String(error)}`, error);
  }
  return parseExpectations(file, content);
};

/** Throws ExpectationError that names the entry. */
export const parseExpectations = (file: string, content: string): readonly Expectation[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw new ExpectationError(file, `expected JSON: ${String(error)}`, error);
  }
  const result = v.safeParse(v.array(expectationSchema), parsed);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new ExpectationError(file, `at ${v.getDotPath(issue) ?? 'the top'}: ${issue.message}`);
};

/** Every expectation must speak of something that exists. Throws ExpectationError with near matches. */
export const checkExpectations = (file: string, expectations: readonly Expectation[], registry: CaseRegistry): void => {
  const caseIds = registry.cases.map(({ definition }) => definition.id);
  const fail = (index: number, wanted: string, found: string, known: readonly string[]): never => {
    const near = nearMatches(found, known);
    const hint = near.length > 0 ? `; did you mean ${near.join(', ')}?` : '';
    throw new ExpectationError(
      file,
      `entry ${String(index + 1)}: expected ${wanted}, found ${JSON.stringify(found)}${hint}`,
    );
  };
  for (const [index, { requirement, shownBy = [] }] of expectations.entries()) {
    const passive = requirement.endsWith(`/${PASSIVE_VARIANT}`)
      ? requirement.slice(0, -PASSIVE_VARIANT.length - 1)
      : requirement;
    if (registry.requirement(passive) === undefined && registry.case(requirement) === undefined)
      fail(index, 'a requirement or case id', requirement, [...registry.requirements.map(({ id }) => id), ...caseIds]);
    for (const glob of shownBy) {
      if (!caseIds.some(caseMatcher(glob))) fail(index, 'shownBy to name a case', glob, caseIds);
    }
  }
};
