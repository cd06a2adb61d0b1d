import { Listeners } from '../listeners.ts';
import type { FrameListener } from '../wire.ts';
import type { WireError } from '../wire-error.ts';
import { realTimeNs } from './system-calls.ts';

/** What every wire at a network interface tells its listeners, and its clock. */
export abstract class WireEvents {
  protected readonly frames = new Listeners<[frame: Uint8Array, timestampNs: bigint]>();
  protected readonly closed = new Listeners<[reason: Error | undefined]>();
  protected readonly problems = new Listeners<[problem: WireError]>();

  onFrame(listener: FrameListener): () => void {
    return this.frames.add(listener);
  }

  onClosed(listener: (reason: Error | undefined) => void): () => void {
    return this.closed.add(listener);
  }

  onProblem(listener: (problem: WireError) => void): () => void {
    return this.problems.add(listener);
  }

  now(): bigint {
    return realTimeNs();
  }
}
