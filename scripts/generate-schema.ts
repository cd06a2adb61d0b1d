/** Writes the published JSON Schemas: of the results file, and of the manifest of a target. */
import { writeFile } from 'node:fs/promises';
import { resultSchemaFile, resultSchemaText } from './result-schema.ts';
import { targetSchemaFile, targetSchemaText } from './target-schema.ts';

await writeFile(resultSchemaFile, await resultSchemaText());
await writeFile(targetSchemaFile, await targetSchemaText());
