/** Writes the published JSON Schema of the results file. */
import { writeFile } from 'node:fs/promises';
import { resultSchemaFile, resultSchemaText } from './result-schema.ts';

await writeFile(resultSchemaFile, await resultSchemaText());
