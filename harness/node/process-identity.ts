import { readFileSync, readlinkSync } from 'node:fs';

/** Names one process for as long as the machine is up: process ids come round again, a start time with one does not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the start of the machine and that of the process (proc(5), `/proc/pid/stat` field 22). */
  readonly startTicks: string;
  /** Process ids of another namespace (a container with a shared folder) mean nothing here. */
  readonly namespace: string;
  readonly bootId: string;
}

const START_TIME_AFTER_NAME = 19; // field 22, counted from the state, which follows the name in parentheses

const read = <Value>(action: () => Value): Value | undefined => {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
};

const startTicks = (pid: number): string | undefined => {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === undefined) return undefined;
  // The name may hold spaces and parentheses itself; the last parenthesis ends it.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? undefined : fields[START_TIME_AFTER_NAME - 1];
};

export const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const namespaceOf = (): string => readlinkSync('/proc/self/ns/pid');

/** The identity of a running process of this namespace; undefined when there is none with this id. */
export const identityOf = (pid: number): ProcessIdentity | undefined => {
  const ticks = startTicks(pid);
  return ticks === undefined ? undefined : { pid, startTicks: ticks, namespace: namespaceOf(), bootId: bootId() };
};

export const ownIdentity = (): ProcessIdentity => {
  const identity = identityOf(process.pid);
  if (identity === undefined) throw new Error(`expected /proc/${process.pid} of this very process, found none`);
  return identity;
};

/** `unknown` for a process of another namespace, whose life cannot be judged from here. */
export const processState = (identity: ProcessIdentity): 'running' | 'gone' | 'unknown' => {
  if (identity.bootId !== bootId()) return 'gone';
  if (identity.namespace !== namespaceOf()) return 'unknown';
  return startTicks(identity.pid) === identity.startTicks ? 'running' : 'gone';
};

/** Reads an identity that was written as JSON; undefined for anything else, such as a file cut short. */
export const parseIdentity = (text: string): ProcessIdentity | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, startTicks: ticks, namespace, bootId: boot } = value as Record<string, unknown>; // each field is checked below
  if (
    typeof pid !== 'number' ||
    typeof ticks !== 'string' ||
    typeof namespace !== 'string' ||
    typeof boot !== 'string'
  ) {
    return undefined;
  }
  return { pid, startTicks: ticks, namespace, bootId: boot };
};
