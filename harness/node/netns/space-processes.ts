import { readdir, readFile, readlink } from 'node:fs/promises';

/** A process, by its id as this process sees it. */
export interface SpaceProcess {
  readonly pid: number;
  readonly name: string;
  /** Id of its process group. */
  readonly group: number;
}

/** The running processes that share the space of process ids with `first`, without that one. */
export const processesOfSpace = async (first: number): Promise<readonly SpaceProcess[]> => {
  const space = await spaceOf(first);
  // Whoever ends all of a space must never be given the one that this process is in.
  if (space === undefined || space === (await readlink('/proc/self/ns/pid'))) return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const spaces = await Promise.all(pids.map(spaceOf));
  const inside = pids.filter((pid, index) => pid !== first && spaces[index] === space);
  const found = await Promise.all(inside.map(describe));
  return found.filter((each) => each !== undefined);
};

/** Undefined for a process that has ended meanwhile, or belongs to somebody else. */
const spaceOf = (pid: number): Promise<string | undefined> => unlessGone(readlink(`/proc/${pid}/ns/pid`));

/** Undefined for one that has ended, and only waits for its parent to look. */
const describe = async (pid: number): Promise<SpaceProcess | undefined> => {
  const stat = await unlessGone(readFile(`/proc/${pid}/stat`, 'utf8'));
  // The name may hold spaces and parentheses itself; the last parenthesis ends it (proc(5)).
  const [, name = '?', state, group] = /^\d+ \((.*)\) (\S) \d+ (\d+) /s.exec(stat ?? '') ?? [];
  return state === undefined || state === 'Z' || state === 'X' ? undefined : { pid, name, group: Number(group) };
};

const unlessGone = async <Value>(reading: Promise<Value>): Promise<Value | undefined> => {
  try {
    return await reading;
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(String(error.code))
    )
      return undefined;
    throw error;
  }
};

/** Sends a signal to each; one that has ended meanwhile needs none. */
export const signalAll = (processes: readonly SpaceProcess[], signal: NodeJS.Signals): void => {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
};
