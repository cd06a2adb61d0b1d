/** What the frames that were lost have in common. */
import { median } from 'simple-statistics';
import type { StreamRecord } from '../load/receiver.ts';

/** Frames that were lost one behind the other. */
export interface Burst {
  readonly atNs: number;
  readonly frames: number;
}

/** As many in a row are no coincidence. */
const BURST_FRAMES = 8;

const burstsOf = ({ sent, sentAtNs, arrivedAtNs }: StreamRecord): readonly Burst[] => {
  const bursts: Burst[] = [];
  let first = -1;
  for (let index = 0; index <= sent; index += 1) {
    const isLost = index < sent && Number.isNaN(arrivedAtNs[index]);
    if (isLost && first < 0) first = index;
    if (isLost || first < 0) continue;
    if (index - first >= BURST_FRAMES) bursts.push({ atNs: sentAtNs[first] ?? 0, frames: index - first });
    first = -1;
  }
  return bursts;
};

export interface LossPattern {
  readonly lost: number;
  readonly sent: number;
  readonly bursts: readonly Burst[];
  /** Most of what was lost was lost in bursts. */
  readonly isBursty: boolean;
  /** Seconds between the beginnings of bursts, where they come regularly. */
  readonly everySeconds: number | undefined;
}

/** Gaps as long as the usual one, more or less, and how many of all have to be. */
const REGULAR = 0.2;
const REGULAR_SHARE = 0.75;

export const lossPattern = (records: readonly StreamRecord[]): LossPattern => {
  const bursts = records.flatMap(burstsOf).toSorted((left, right) => left.atNs - right.atNs);
  const inBursts = bursts.reduce((sum, { frames }) => sum + frames, 0);
  const sent = records.reduce((sum, record) => sum + record.sent, 0);
  const lost = records.reduce((sum, record) => sum + record.sent - record.received, 0);
  return { lost, sent, bursts, isBursty: inBursts * 2 > lost, everySeconds: periodOf(bursts) };
};

const periodOf = (bursts: readonly Burst[]): number | undefined => {
  const gaps = bursts.slice(1).map(({ atNs }, index) => (atNs - (bursts[index]?.atNs ?? 0)) / 1e9);
  if (gaps.length < 2) return undefined;
  const usual = median(gaps);
  const regular = gaps.filter((gap) => Math.abs(gap - usual) <= REGULAR * usual);
  return regular.length >= REGULAR_SHARE * gaps.length ? usual : undefined;
};
