/** Failures as text for the console: the message, uvu's diff, the stack down to the test, the causes. */

import { inspect } from 'node:util';
import pc from 'picocolors';
import { Assertion } from 'uvu/assert';
import type { Failure } from './outcome.ts';

/** Frames of Node, of uvu and of this adapter: the same below every test, and never where the fault is. */
const MACHINERY =
  /^\s+at (?:new Promise \(<anonymous>\)|.*(?:\bnode:|\/node_modules\/uvu\/|\/tests\/(?:run|support\/(?:assert|execution|suite|run-file|uvu-output))\.ts))/;

export function formatFailure({ title, errors }: Failure): string {
  const blocks = errors.map((error) => indent(formatError(error), '    '));
  return `  ${pc.red('FAIL')}  ${title}\n${blocks.join('\n')}\n`;
}

function formatError(error: Error): string {
  if (error instanceof Assertion) {
    const parts = [`${error.message}  (${error.operator})`];
    if (error.details) parts.push(indent(error.details, '    '));
    return [...parts, ...frames(error)].join('\n');
  }
  if (frames(error).length === 0 && error.cause === undefined) return `${error.name}: ${error.message}`;
  // inspect() also prints causes, aggregated errors and extra fields.
  return withoutMachinery(inspect(error));
}

function frames({ stack = '' }: Error): string[] {
  return withoutMachinery(stack)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
}

function withoutMachinery(text: string): string {
  return text
    .split('\n')
    .filter((line) => !MACHINERY.test(line))
    .join('\n');
}

function indent(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}
