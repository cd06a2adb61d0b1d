import { median } from 'simple-statistics';
import type { Counts } from '../result.ts';
import { robustSlope } from '../statistics.ts';
import type { StreamRecord } from './receiver.ts';
import type { Trial } from './trial.ts';

/** What is concluded from one trial. */
export interface Outcome {
  readonly counts: Counts;
  readonly lossRatio: number;
  /** The frames came out later and later: more was offered than got through, wherever the rest was waiting. */
  readonly isOverloaded: boolean;
  /** Everything was offered in the time that it was meant to be offered in. */
  readonly isPaced: boolean;
  /** RFC 8219 section 7.1: every frame once, right, and in time. */
  readonly isLossless: boolean;
  /** The same with a loss of at most {@link TOLERATED_LOSS}. */
  readonly isTolerable: boolean;
  readonly trial: Trial;
}

/** What hides neither a node that is too slow nor one that loses a frame now and then. */
export const TOLERATED_LOSS = 0.005;

const LATE_SHARE = 1.05;
const LATE_SECONDS = 0.02;

export const concludeFrom = (trial: Trial): Outcome => {
  const counts = countsOf(trial);
  const { records, plannedSeconds, sendingSeconds, pushedBack, beside } = trial;
  const isPaced =
    sendingSeconds <= plannedSeconds * LATE_SHARE + LATE_SECONDS &&
    records.every(({ sent, sentAtNs }) => sent === sentAtNs.length);
  const isOverloaded = pushedBack || records.some(isGrowingLater);
  const lossRatio = counts.sent === 0 ? 0 : counts.lost / counts.sent;
  const isInTime = isPaced && !isOverloaded;
  const isRight = counts.duplicated + counts.corrupted + beside.fragments + beside.errors === 0;
  return {
    counts,
    lossRatio,
    isOverloaded,
    isPaced,
    isLossless: isInTime && isRight && counts.lost === 0,
    // In every direction: what one loses is not made good by another.
    isTolerable: isInTime && records.every(({ sent, received }) => sent - received <= TOLERATED_LOSS * sent),
    trial,
  };
};

const sum = (records: readonly StreamRecord[], of: (record: StreamRecord) => number): number =>
  records.reduce((total, record) => total + of(record), 0);

export const countsOf = ({ records, beside }: Pick<Trial, 'records' | 'beside'>): Counts => ({
  sent: sum(records, ({ sent }) => sent),
  received: sum(records, ({ received }) => received),
  lost: sum(records, ({ sent, received }) => sent - received),
  duplicated: sum(records, ({ duplicated }) => duplicated),
  corrupted: sum(records, ({ corrupted }) => corrupted),
  reordered: sum(records, ({ reordered }) => reordered),
  fragments: beside.fragments,
  errors: beside.errors,
});

const PARTS = 10;
const SAMPLES_PER_PART = 100;
/** Delay that is gained in each second of load, above which a queue grows without end. */
const GROWTH = 0.02;
/** Growth below this is that of a queue that settles. */
const SETTLED_NS = 5e6;

/**
 * A wire that loses nothing hides an overload in a queue. Then the delay grows all the time; a machine that was busy elsewhere shows
 * as a step that goes away again, which the slope ignores.
 */
const isGrowingLater = (record: StreamRecord): boolean => {
  const points = partsOf(record);
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < PARTS / 2) return false;
  const least = Math.min(...points.map(([, delay]) => delay));
  return last[1] - least > SETTLED_NS && robustSlope(points) > GROWTH;
};

/** Median delay of each tenth of the trial, with its middle. */
const partsOf = ({ sent, sentAtNs, arrivedAtNs }: StreamRecord): (readonly [atNs: number, delayNs: number])[] =>
  Array.from({ length: PARTS }, (_, part): readonly [number, number] | undefined => {
    const from = Math.floor((sent * part) / PARTS);
    const to = Math.floor((sent * (part + 1)) / PARTS);
    const step = Math.max(1, Math.floor((to - from) / SAMPLES_PER_PART));
    const delays: number[] = [];
    for (let index = from; index < to; index += step) {
      const delay = (arrivedAtNs[index] ?? NaN) - (sentAtNs[index] ?? NaN);
      if (!Number.isNaN(delay)) delays.push(delay);
    }
    return delays.length === 0 ? undefined : [sentAtNs[(from + to) >>> 1] ?? 0, median(delays)];
  }).filter((point) => point !== undefined);

/** Delays of the frames that came out, in the order in which they were sent. */
export const delaysOf = ({ records }: Pick<Trial, 'records'>): number[] =>
  records.flatMap(({ sent, sentAtNs, arrivedAtNs }) => {
    const delays: number[] = [];
    for (let index = 0; index < sent; index += 1) {
      const delay = (arrivedAtNs[index] ?? NaN) - (sentAtNs[index] ?? NaN);
      if (!Number.isNaN(delay)) delays.push(delay);
    }
    return delays;
  });
