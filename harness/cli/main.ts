import { CommanderError } from 'commander';
import { EXIT } from '../runner/exit-code.ts';
import { defaultRun } from './default-run.ts';
import { describeError, exitCodeOf, wantsStack } from './describe-error.ts';
import { createProgram } from './program.ts';
import type { Services } from './services.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/**
 * Runs one command line and returns the exit code; never throws. Without parameters it is `run` with its defaults, or the
 * reference where a virtual machine cannot be started.
 */
export const main = async (
  parameters: readonly string[],
  services: Services,
  terminal: Terminal = processTerminal(),
): Promise<number> => {
  try {
    let exitCode: number = EXIT.usage;
    const program = createProgram(terminal, services, (code) => {
      exitCode = code;
    });
    const parse = async (effective: readonly string[]): Promise<void> => {
      await program.parseAsync([...effective], { from: 'user' });
    };
    await (parameters.length === 0 ? defaultRun(terminal, parse) : parse(parameters));
    return exitCode;
  } catch (error) {
    // Commander has already printed what it throws: help and version with exit code 0, wrong usage with another.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.expected : EXIT.usage;
    terminal.err(describeError(error, { stack: wantsStack(terminal, parameters) }));
    return exitCodeOf(error);
  }
};
