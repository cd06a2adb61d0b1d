import type { RunResult } from '../runner/result.ts';
import { printableJson } from './escape.ts';

/** The run as JSON (docs/results.md): what the runner returned, as its schema has it. */
export const jsonReport = (result: RunResult): string => `${printableJson(result)}\n`;
