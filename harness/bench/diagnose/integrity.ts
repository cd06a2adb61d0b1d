import { grouped } from '../../grouped.ts';
import type { Integrity } from '../collected.ts';
import { settingText } from '../measure/setting.ts';
import type { BenchFinding, FindingKind } from '../result.ts';
import { rateText } from '../numbers.ts';
import { lossPattern } from './losses.ts';

const REQUIREMENT = 'bench.throughput-zero-loss';
/** Of the trials of one setting, all of which were far below the capacity. */
const REPEATED = 2;

/** Losses, duplicates and damage at a load that the node carries easily; what shows once may be the machine's. */
export const integrityFindings = (trials: readonly Integrity[]): readonly BenchFinding[] =>
  [...grouped(trials, ({ setting }) => settingText(setting)).values()].flatMap((same) =>
    [lossFinding(same), duplicates(same), corruption(same), reordering(same), errors(same)].filter(
      (finding) => finding !== undefined,
    ),
  );

const describe = ({ setting, load, seconds }: Integrity): string =>
  `${settingText(setting)}, at ${String(Math.round(load * 100))} % of the capacity for ${seconds.toFixed(1)} s`;

const failing = (
  trials: readonly Integrity[],
  isBad: (trial: Integrity) => boolean,
): readonly [Integrity, ...Integrity[]] | undefined => {
  const [first, ...others] = trials.filter(isBad);
  return first === undefined || others.length + 1 < REPEATED ? undefined : [first, ...others];
};

const finding = (kind: FindingKind, { setting }: Integrity, text: string): BenchFinding => ({
  kind,
  severity: 'fail',
  requirement: REQUIREMENT,
  setting,
  text,
});

const lossFinding = (trials: readonly Integrity[]): BenchFinding | undefined => {
  const bad = failing(trials, ({ outcome }) => outcome.counts.lost > 0 && outcome.isPaced && !outcome.isOverloaded);
  if (bad === undefined) return undefined;
  const patterns = bad.map(({ outcome }) => lossPattern(outcome.trial.records));
  const bursty = patterns.filter(({ isBursty, bursts }) => isBursty && bursts.length > 1);
  const [pattern] = bursty;
  if (pattern !== undefined && bursty.length >= REPEATED) {
    const frames = pattern.bursts.map((burst) => burst.frames);
    const size =
      Math.min(...frames) === Math.max(...frames)
        ? String(frames[0])
        : `${String(Math.min(...frames))} to ${String(Math.max(...frames))}`;
    const every = pattern.everySeconds === undefined ? '' : `, one every ${pattern.everySeconds.toFixed(2)} s`;
    return finding(
      'loss-in-bursts',
      bad[0],
      `loses frames in bursts: ${String(pattern.bursts.length)} bursts of ${size} frames in a row${every} (${describe(bad[0])})`,
    );
  }
  const lost = patterns.reduce((sum, each) => sum + each.lost, 0);
  const sent = patterns.reduce((sum, each) => sum + each.sent, 0);
  const loads = [...new Set(bad.map(({ load }) => `${String(Math.round(load * 100))} %`))].join(' and ');
  return finding(
    'loss-at-any-rate',
    bad[0],
    `loses about 1 frame in ${rateText(sent / lost)} at any rate: ${String(lost)} of ${rateText(sent)} at ${loads} of the capacity (${settingText(bad[0].setting)})`,
  );
};

const duplicates = (trials: readonly Integrity[]): BenchFinding | undefined => {
  const bad = failing(trials, ({ outcome }) => outcome.counts.duplicated > 0);
  if (bad === undefined) return undefined;
  const twice = bad.reduce((sum, { outcome }) => sum + outcome.counts.duplicated, 0);
  const sent = bad.reduce((sum, { outcome }) => sum + outcome.counts.sent, 0);
  return finding(
    'duplicates',
    bad[0],
    `sends about 1 frame in ${rateText(sent / twice)} twice: ${String(twice)} of ${rateText(sent)}, which would make good for losses where frames are only counted (${describe(bad[0])})`,
  );
};

const corruption = (trials: readonly Integrity[]): BenchFinding | undefined => {
  const bad = failing(trials, ({ outcome }) => outcome.counts.corrupted > 0);
  if (bad === undefined) return undefined;
  const { counts } = bad[0].outcome;
  return finding(
    'corruption',
    bad[0],
    `${String(counts.corrupted)} of ${rateText(counts.sent)} frames came out damaged (${describe(bad[0])})`,
  );
};

const reordering = (trials: readonly Integrity[]): BenchFinding | undefined => {
  const bad = failing(trials, ({ outcome }) => outcome.counts.reordered > 0);
  if (bad === undefined) return undefined;
  const { counts } = bad[0].outcome;
  return {
    ...finding(
      'reordering',
      bad[0],
      `${String(counts.reordered)} of ${rateText(counts.sent)} frames came out behind a later one of their own flow (${describe(bad[0])})`,
    ),
    severity: 'notice',
  };
};

const errors = (trials: readonly Integrity[]): BenchFinding | undefined => {
  const bad = failing(trials, ({ outcome: { counts } }) => counts.fragments + counts.errors > 0);
  if (bad === undefined) return undefined;
  const { counts } = bad[0].outcome;
  return {
    ...finding(
      'fragments-or-errors',
      bad[0],
      `${String(counts.fragments)} fragments and ${String(counts.errors)} ICMP errors came out, although every MTU is large enough (${describe(bad[0])})`,
    ),
    requirement: 'bench.overhead-in-rate',
  };
};
