/** Writes suites/coverage.json. */
import { writeFile } from 'node:fs/promises';
import { coverageFile, coverageText } from './coverage.ts';

await writeFile(coverageFile, await coverageText());
