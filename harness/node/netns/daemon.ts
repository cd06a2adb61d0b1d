import { NetnsError } from './netns-error.ts';
import { TARGET_TIME_LIMIT_MS, TargetProgram, type ProgramEnd, type ProgramOptions } from './target-program.ts';

/** What `up` of a target of kind `process` prints when frames may come. */
const READY = /^ready\s*$/m;

export type DaemonStart =
  | { readonly kind: 'ready'; readonly daemon: TargetProgram }
  | { readonly kind: 'ended'; readonly end: ProgramEnd; readonly program: TargetProgram };

/** Starts `up` of a target of kind `process` and waits until it prints `ready`, or ends. Throws NetnsError when it does neither. */
export const startDaemon = async (options: Omit<ProgramOptions, 'program'>): Promise<DaemonStart> => {
  const program = new TargetProgram({ ...options, program: 'up' });
  let timer: NodeJS.Timeout | undefined;
  const ready = new Promise<'ready'>((resolve) => {
    program.onStdout(() => {
      if (READY.test(program.stdout)) resolve('ready');
    });
  });
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => {
      resolve('late');
    }, TARGET_TIME_LIMIT_MS);
  });
  try {
    const outcome = await Promise.race([ready, late, program.ended]);
    if (outcome === 'ready') return { kind: 'ready', daemon: program };
    if (outcome !== 'late') return { kind: 'ended', end: outcome, program };
  } finally {
    clearTimeout(timer);
  }
  await program.stop();
  throw new NetnsError(
    'NETNS_TARGET_LATE',
    `expected up of the target to print the line "ready" within ${TARGET_TIME_LIMIT_MS / 1000} s for ` +
      `${options.setup.profile}, found it running without; it wrote:\n${program.output}`,
  );
};
