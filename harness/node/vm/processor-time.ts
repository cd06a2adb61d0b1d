import { readdirSync, readFileSync } from 'node:fs';

/** To be waited before a time is read: a thread is charged when it stops, which it does when the guest has nothing more to do. */
export const SETTLE_MS = 5;

/**
 * What the processor of a virtual machine has cost this machine: the time of the thread that runs it, to the nanosecond, as the
 * scheduler counts it. It grows only while the guest has work, however long others keep the thread waiting.
 */
export class ProcessorTime {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Undefined where the kernel of this machine does not count (no /proc/PID/task/TID/schedstat). To be asked after the guest has booted. */
  static of(pid: number | undefined): ProcessorTime | undefined {
    if (pid === undefined) return undefined;
    const folder = `/proc/${String(pid)}/task`;
    try {
      // The guest has one processor. By the end of the boot its thread has worked far more than those that carry frames.
      const [busiest] = readdirSync(folder)
        .map((thread) => `${folder}/${thread}/schedstat`)
        .map((file) => ({ file, ns: readNs(file) }))
        .sort((left, right) => right.ns - left.ns);
      return busiest === undefined || busiest.ns === 0 ? undefined : new ProcessorTime(busiest.file);
    } catch {
      return undefined; // no such files: the kernel does not tell
    }
  }

  /** Nanoseconds since the machine was started. */
  nowNs(): number {
    return readNs(this.#file);
  }
}

/** Documentation/scheduler/sched-stats.rst of Linux: time on the processor, time waiting for it, time slices. */
const readNs = (file: string): number => Number(readFileSync(file, 'utf8').split(' ')[0]);
