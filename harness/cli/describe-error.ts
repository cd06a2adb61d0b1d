import { isProto41Error } from '../errors.ts';
import { EXIT } from '../runner/exit-code.ts';
import { printable, printableLines } from '../report/escape.ts';
import type { Terminal } from './terminal.ts';

/** Exit code of a defect of Proto41 itself, as sysexits.h has it for internal errors. */
const INTERNAL_ERROR = 70;

/** What the system refuses for reasons that lie outside: a full disk, a missing right. */
const REFUSALS = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EFBIG', 'EIO', 'EMFILE', 'ENFILE']);

const isRefusal = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error && REFUSALS.has(String(error.code));

/** Exit code for an error that nobody handled. */
export const exitCodeOf = (error: unknown): number => {
  if (isProto41Error(error)) return error.exitCode;
  return isRefusal(error) ? EXIT.usage : INTERNAL_ERROR;
};

/**
 * An error for people: an error that Proto41 raised on purpose says what to do, one of the system what it refuses, anything else is a
 * defect of Proto41 and says how to report it. The stack is for those who ask for it.
 */
export const describeError = (error: unknown, options: { readonly stack: boolean }): string => {
  const lines: string[] = [];
  if (isProto41Error(error)) {
    lines.push(...printableLines(`proto41: ${error.message} [${error.code}]`));
  } else if (isRefusal(error)) {
    lines.push(
      ...printableLines(
        `proto41: the system refused to read or write a file: ${error.message}; make room for it or get the right, or name another folder [SYSTEM]`,
      ),
    );
  } else {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : `thrown value ${String(error)}`;
    lines.push(...printableLines(`proto41: internal error: ${text} [INTERNAL]`));
    lines.push(
      'This is a defect of Proto41, not of what it tests. Please report it with the command line, this message',
    );
    lines.push(options.stack ? 'and the stack below.' : 'and the stack that PROTO41_DEBUG=1 adds.');
  }
  if (options.stack) lines.push(...stackLines(error));
  return `${lines.join('\n')}\n`;
};

/** Whether the user wants stacks: the flag of the command, or the environment. */
export const wantsStack = (terminal: Pick<Terminal, 'environment'>, parameters: readonly string[]): boolean =>
  (terminal.environment['PROTO41_DEBUG'] ?? '') !== '' || parameters.includes('--verbose');

const stackLines = (error: unknown): string[] => {
  const lines: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    if (lines.length > 0) lines.push('caused by:');
    lines.push(...(current.stack ?? printable(current.message)).split('\n').map(printable));
  }
  return lines;
};
