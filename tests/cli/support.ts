import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { main } from '../../harness/cli/main.ts';
import { assemble } from '../../harness/cli/parts/index.ts';
import type { Terminal } from '../../harness/cli/terminal.ts';
import { PLAIN } from '../../harness/report/palette.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { requirements } from '../../suites/catalogue/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = fileURLToPath(import.meta.resolve('tsx'));

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A terminal that keeps what is written. */
export const memoryTerminal = (
  environment: NodeJS.ProcessEnv = {},
): { terminal: Terminal; written: () => { stdout: string; stderr: string } } => {
  let stdout = '';
  let stderr = '';
  const terminal: Terminal = {
    environment,
    outPalette: PLAIN,
    errPalette: PLAIN,
    isInteractive: false,
    errStream: new Writable(),
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
  };
  return { terminal, written: () => ({ stdout, stderr }) };
};

/** Runs a command line in this process, with the catalogue and no cases. */
export const commandLine = async (...parameters: readonly string[]): Promise<Outcome> => {
  const { terminal, written } = memoryTerminal();
  const services = assemble(() => Promise.resolve(createRegistry(requirements, [])));
  return { exitCode: await main(parameters, services, terminal), ...written() };
};

export interface ProcessOptions {
  readonly entry?: string;
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The command line with cases of its own. */
export const FIXTURE = 'tests/cli/fixtures/run-with-cases.ts';

/** Starts the command line as a child process, without what the caller's environment says of colours and debugging. */
export const start = (
  parameters: readonly string[],
  { entry = 'run.ts', cwd = ROOT, environment = {} }: ProcessOptions = {},
) => {
  const { NO_COLOR: _noColor, FORCE_COLOR: _forceColor, PROTO41_DEBUG: _debug, ...inherited } = process.env;
  return execa(process.execPath, ['--import', TSX, `${ROOT}${entry}`, ...parameters], {
    cwd,
    reject: false,
    stdin: 'ignore',
    extendEnv: false,
    env: { ...inherited, ...environment },
  });
};

export const proto41 = async (parameters: readonly string[], options?: ProcessOptions): Promise<Outcome> => {
  const { exitCode, stdout, stderr } = await start(parameters, options);
  return { exitCode: exitCode ?? -1, stdout, stderr };
};
