import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { format, resolveConfig } from 'prettier';
import { RESULT_SCHEMA_ID, runResultSchema } from '../harness/runner/result-schema.ts';

/** The published JSON Schema, which the code generates and nobody edits. */
export const resultSchemaFile = fileURLToPath(new URL('../schema/results-1.json', import.meta.url));

/** The text that the file must have. */
export const resultSchemaText = async (): Promise<string> => {
  const { $schema, ...rest } = toJsonSchema(runResultSchema, { target: 'draft-2020-12' });
  const published = { $schema, $id: RESULT_SCHEMA_ID, title: 'Results of a Proto41 run', ...rest };
  return format(JSON.stringify(published, null, 2), { ...(await resolveConfig(resultSchemaFile)), parser: 'json' });
};
