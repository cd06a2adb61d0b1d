import * as v from 'valibot';
import { SWITCH_NAMES, SWITCH_VALUES, type SwitchName, type Switches } from '../profile/index.ts';
import { SETUP_EXTRAS, type SetupExtra } from './extras.ts';
import { ManifestError } from './target-error.ts';

export const TARGET_KINDS = ['script', 'process', 'image', 'module'] as const;
/** `script` configures a kernel data plane, `process` is a daemon that stays, `image` a container image, `module` runs in this process. */
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface TargetManifest {
  /** Contract version that the target speaks. */
  readonly contract: 1;
  readonly name: string;
  readonly kind: TargetKind;
  readonly description: string;
  /** What must be there inside the node: kernel modules, programs, capabilities; in words for people. */
  readonly needs: readonly string[];
  /** Profiles that the target claims: names, texts, or globs on either. What it does not claim it may still be asked. */
  readonly profiles: readonly string[];
  /** How the target is, where the standards leave a choice: the switch values that it has unless a profile says otherwise. */
  readonly policies: Partial<Switches>;
  /** What it can be asked for beyond an ordinary set-up. */
  readonly extras: readonly SetupExtra[];
  /** Container image, of kind `image`. */
  readonly image?: string;
}

const text = v.pipe(v.string(), v.trim(), v.minLength(1, 'expected text, found an empty string'));

const isPolicies = (value: Readonly<Record<string, unknown>>): value is Partial<Switches> =>
  Object.entries(value).every(
    ([name, chosen]) => isSwitchName(name) && SWITCH_VALUES[name].some((known) => known === chosen),
  );

const isSwitchName = (name: string): name is SwitchName => SWITCH_NAMES.some((known) => known === name);

const policies = v.pipe(
  v.record(v.string(), v.string()),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { value: input } = dataset;
    for (const [name, chosen] of Object.entries(input)) {
      const path = [{ type: 'object', origin: 'value', input, key: name, value: chosen }] as const;
      if (!isSwitchName(name))
        addIssue({
          message: `expected a switch of a profile, found ${JSON.stringify(name)}; known are ${SWITCH_NAMES.join(', ')}`,
          path: [...path],
        });
      else if (!SWITCH_VALUES[name].some((known) => known === chosen)) {
        addIssue({
          message: `expected ${SWITCH_VALUES[name].join(' or ')}, found ${JSON.stringify(chosen)}`,
          path: [...path],
        });
      }
    }
  }),
  v.transform((value): Partial<Switches> => (isPolicies(value) ? value : {})),
);

/** Where the JSON Schema of `target.json` is published; the file is schema/target-1.json. */
export const TARGET_SCHEMA_ID = 'https://proto41.dev/schema/target-1.json';

/** `target.json` as a third party writes it. */
export const manifestSchema = v.pipe(
  v.strictObject({
    /** For editors; ignored. */
    $schema: v.exactOptional(text),
    contract: v.optional(v.literal(1, 'expected contract version 1'), 1),
    name: v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected a name in kebab case')),
    kind: v.picklist(TARGET_KINDS),
    description: text,
    needs: v.optional(v.array(text), []),
    profiles: v.optional(v.array(text), []),
    policies: v.optional(policies, {}),
    extras: v.optional(v.array(v.picklist(SETUP_EXTRAS)), []),
    image: v.exactOptional(text),
  }),
  v.check(
    ({ kind, image }) => (kind === 'image') === (image !== undefined),
    'expected "image" for a target of kind image, and only there',
  ),
);

/** Reads the text of a `target.json`. Throws ManifestError that names the file and the field. */
export const parseManifest = (file: string, content: string): TargetManifest => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw new ManifestError(`${file}: expected JSON: ${String(error)}`, error);
  }
  const result = v.safeParse(manifestSchema, parsed);
  if (!result.success) {
    const [issue] = result.issues;
    throw new ManifestError(`${file}: at ${v.getDotPath(issue) ?? 'the top'}: ${issue.message}`);
  }
  const { $schema: _, ...manifest } = result.output;
  return manifest;
};
