import * as v from 'valibot';
import { CATALOGUE_PROFILES, SWITCH_NAMES, SWITCH_VALUES } from '../../harness/profile/index.ts';
import { AREAS, LEVELS, NEEDS, type Requirement } from '../../harness/runner/requirement.ts';

const text = v.pipe(v.string(), v.trim(), v.minLength(1, 'expected text, found an empty string'));

const source = v.pipe(
  v.strictObject({
    rfc: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    doc: v.exactOptional(text),
    section: v.exactOptional(v.string()),
  }),
  v.check(
    ({ rfc, doc }) => (rfc === undefined) !== (doc === undefined),
    'expected either an RFC number or a document name',
  ),
);

/** One catalogue entry as its file holds it; the same shape as {@link Requirement}. */
export const requirementSchema = v.pipe(
  v.strictObject({
    id: v.pipe(
      v.string(),
      v.regex(/^[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*$/, 'expected <area>.<name> in kebab case'),
    ),
    title: text,
    level: v.picklist(LEVELS),
    area: v.picklist(AREAS),
    sources: v.pipe(v.array(source), v.minLength(1, 'expected at least one source')),
    sectionChecked: v.boolean(),
    statement: text,
    stimulus: text,
    expect: text,
    violation: text,
    profiles: v.pipe(
      v.array(v.picklist([...CATALOGUE_PROFILES, 'all'] as const)),
      v.minLength(1, 'expected at least one profile'),
    ),
    switch: v.nullable(v.picklist(SWITCH_NAMES)),
    switchValues: v.array(v.string()),
    judgedBy: v.picklist(['passive', 'active', 'both-sides']),
    needs: v.array(v.picklist(NEEDS)),
    priority: v.picklist(['core', 'extended']),
    linuxSit: v.strictObject({
      behaviour: text,
      verdict: v.picklist(['conforms', 'deviates', 'configurable', 'unknown']),
      evidence: v.picklist(['measured', 'source', 'memory']),
    }),
    faults: v.array(v.strictObject({ name: text, defect: text })),
    notes: v.exactOptional(text),
    noCase: v.exactOptional(text),
  }),
  v.check(({ id, area }) => id.startsWith(`${area}.`), 'expected the id to start with the area'),
  v.check((entry) => switchValuesExist(entry), 'expected values of the named switch, and none without a switch'),
);

function switchValuesExist(entry: Pick<Requirement, 'switch' | 'switchValues'>): boolean {
  if (entry.switch === null) return entry.switchValues.length === 0;
  const known: readonly string[] = SWITCH_VALUES[entry.switch];
  return entry.switchValues.length > 0 && entry.switchValues.every((value) => known.includes(value));
}
