import { isProto41Error } from '../errors.ts';
import { printableLines } from '../report/escape.ts';
import { obstacleToDefaultRun } from './doctor/obstacle.ts';
import type { Terminal } from './terminal.ts';

const LINUX_RUN = ['run', '--target', 'linux-sit', '--node', 'vm', '--profile', 'overlay'] as const;
const REFERENCE_RUN = ['run', '--target', 'reference', '--node', 'memory', '--profile', 'overlay'] as const;

/**
 * A start without parameters: Linux in a virtual machine. Where that cannot be, it says so first, with the command that
 * changes it, and runs the reference in memory, so that there is something to see at once.
 */
export const defaultRun = async (
  terminal: Terminal,
  run: (parameters: readonly string[]) => Promise<void>,
): Promise<void> => {
  const obstacle = await obstacleToDefaultRun();
  if (obstacle === undefined) {
    try {
      await run(LINUX_RUN);
      return;
    } catch (error) {
      if (!isMachineError(error)) throw error;
      announceReference(terminal, printableLines(error.message));
    }
  } else announceReference(terminal, obstacle);
  await run(REFERENCE_RUN);
};

/** What the vm node throws when the machine cannot be had, e.g. because no mirror can be reached. */
const isMachineError = (error: unknown): error is Error =>
  isProto41Error(error) && error instanceof Error && error.code.startsWith('VM_');

const announceReference = (terminal: Terminal, reasons: readonly string[]): void => {
  const { bold, yellow } = terminal.errPalette;
  const lines = [
    bold(yellow('proto41: Linux cannot be booted in a virtual machine here, so Linux is NOT tested by this run')),
    ...reasons.map((line) => `  ${line}`),
    'Instead, the reference, a node written in TypeScript, is tested in memory:',
    `  npm start -- ${REFERENCE_RUN.join(' ')}`,
    '',
  ];
  terminal.err(`${lines.join('\n')}\n`);
};
