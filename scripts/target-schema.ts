import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { format, resolveConfig } from 'prettier';
import { SWITCH_NAMES, SWITCH_VALUES } from '../harness/profile/index.ts';
import { manifestSchema, TARGET_SCHEMA_ID } from '../harness/target/manifest.ts';

/** The published JSON Schema of `target.json`, which the code generates and nobody edits. */
export const targetSchemaFile = fileURLToPath(new URL('../schema/target-1.json', import.meta.url));

/** The text that the file must have. */
export const targetSchemaText = async (): Promise<string> => {
  // The checks that valibot runs as code have no form in JSON Schema; they are said below in its words.
  const generated = toJsonSchema(manifestSchema, { target: 'draft-2020-12', typeMode: 'input', errorMode: 'ignore' });
  const { $schema, properties, ...rest } = generated;
  const policies = {
    type: 'object',
    properties: Object.fromEntries(SWITCH_NAMES.map((name) => [name, { enum: SWITCH_VALUES[name] }])),
    additionalProperties: false,
  };
  const published = {
    $schema,
    $id: TARGET_SCHEMA_ID,
    title: 'Manifest of a Proto41 target',
    ...rest,
    properties: { ...properties, policies },
    // Of an image it says which, and of nothing else.
    oneOf: [
      { properties: { kind: { const: 'image' } }, required: ['image'] },
      { properties: { kind: { not: { const: 'image' } }, image: false } },
    ],
  };
  return format(JSON.stringify(published, null, 2), { ...(await resolveConfig(targetSchemaFile)), parser: 'json' });
};
