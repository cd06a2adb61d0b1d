import { settingKey } from './measure/setting.ts';
import type { DelayFigures } from './statistics.ts';
import type { Histogram, Limit, LossCurve, Scale, ScalePoint, Setting } from './result.ts';
import type { Outcome } from './load/outcome.ts';

/** Repetitions of one setting, as far as the run has come. */
export interface Repeated {
  readonly setting: Setting;
  readonly throughput: number[];
  readonly capacity: number[];
  /** What limited each of them. */
  readonly limits: Limit[];
}

export interface RepeatedDelays {
  readonly setting: Setting;
  readonly load: number;
  readonly offeredRate: number;
  readonly figures: DelayFigures[];
  histogram: Histogram;
  frames: number;
}

/** Trials far below the capacity: what is lost there is not lost because there was too much. */
export interface Integrity {
  readonly setting: Setting;
  /** In relation to the capacity. */
  readonly load: number;
  readonly seconds: number;
  readonly outcome: Outcome;
}

/** Both directions with more than the node can do. */
export interface Contention {
  readonly setting: Setting;
  readonly offeredRate: number;
  /** Share of frames that came out in time of each direction. */
  readonly delivered: Readonly<Record<string, number>>;
}

/** Everything measured so far: what an interrupted run still has. */
export class Collected {
  readonly rates = new Map<string, Repeated>();
  readonly delays = new Map<string, RepeatedDelays>();
  readonly integrity: Integrity[] = [];
  readonly contention: Contention[] = [];
  readonly curves: LossCurve[] = [];
  readonly scalePoints: ScalePoint[] = [];
  scale: Pick<Scale, 'frameSizeBytes' | 'stateKnown'> | undefined;
  readonly notes: string[] = [];

  addRate(setting: Setting, found: { throughput: number; capacity: number; limit: Limit }): void {
    const key = settingKey(setting);
    const repeated = this.rates.get(key) ?? { setting, throughput: [], capacity: [], limits: [] };
    this.rates.set(key, repeated);
    repeated.throughput.push(found.throughput);
    repeated.capacity.push(found.capacity);
    repeated.limits.push(found.limit);
  }

  rateOf(setting: Setting): Repeated | undefined {
    return this.rates.get(settingKey(setting));
  }

  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }
}
