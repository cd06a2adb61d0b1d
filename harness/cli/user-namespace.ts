import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Terminal } from './terminal.ts';

/** Set for the process that runs in a user namespace, so that there is never another one inside it. */
const MARK = 'PROTO41_USER_NAMESPACE';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const SIGNAL_EXIT_CODE = 128;

/**
 * A user without rights is root of a user namespace of their own, in which network namespaces can be made. Node cannot enter
 * one itself, because it has threads (unshare(2)): this very command line runs again inside, and this process waits for it.
 *
 * @returns the exit code of that run, or undefined when this process can, or has to, go on by itself
 */
export const runInUserNamespace = async (terminal: Terminal): Promise<number | undefined> => {
  if (process.geteuid?.() === 0 || terminal.environment[MARK] !== undefined) return undefined;
  const { probeNetns, USER_NAMESPACE } = await import('../node/netns/index.ts');
  if ((await probeNetns()).kind !== 'in a user namespace') return undefined;
  terminal.err('proto41: not root, so the network namespaces are made inside a user namespace\n');
  const [file, ...enter] = USER_NAMESPACE;
  // Inside, because entering a namespace takes the death signal away again.
  const parameters = [...enter, 'setpriv', '--pdeathsig', 'KILL', process.execPath];
  const child = spawn(file, [...parameters, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [MARK]: '1' },
  });
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        resolve(code ?? SIGNAL_EXIT_CODE + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward);
  }
};
