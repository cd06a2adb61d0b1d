import { testerRateAt } from '../measure/qualify.ts';
import { percentText, rateText } from '../numbers.ts';
import type { BenchFinding, FloorResult, FloorVerdict, Qualification, Spread, Throughput } from '../result.ts';
import type { Floor } from './floor.ts';

/** The tester has to be able to do so many times what it demands. */
const TESTER_FACTOR = 2;

/** Losses that short trials at the highest rate do not show: with them there is no rate without loss. */
const NO_RATE: ReadonlySet<string> = new Set(['loss-at-any-rate', 'loss-in-bursts', 'duplicates', 'corruption']);

export interface JudgedBy {
  readonly throughput: readonly Throughput[];
  readonly tester: Qualification;
  readonly findings: readonly BenchFinding[];
  /** Flows of the settings that floors are about; those of the search for flows have none. */
  readonly flows: number;
}

export const floorText = ({ kind, value }: Pick<Floor, 'kind' | 'value'>): string =>
  kind === 'rate' ? `${rateText(value)} frames/s` : `${value.toFixed(2)} of native`;

/** Every floor with every setting that it is for. A floor that nothing was measured for is inconclusive once. */
export const judgeFloors = (floors: readonly Floor[], by: JudgedBy): readonly FloorResult[] =>
  floors.flatMap((floor) => {
    const settings = by.throughput.filter(
      ({ mode, frameSizeBytes, flows }) =>
        mode !== 'native' &&
        flows === by.flows &&
        (floor.mode === undefined || floor.mode === mode) &&
        (floor.frameSizeBytes === undefined || floor.frameSizeBytes === frameSizeBytes),
    );
    return settings.length === 0 ? [notMeasured(floor, by)] : settings.map((one) => judge(floor, one, by));
  });

const NOTHING: Spread = { values: [], median: 0, low: 0, high: 0, confidence: 0, percentile1: 0, percentile99: 0 };

const notMeasured = (floor: Floor, { flows }: JudgedBy): FloorResult => ({
  mode: floor.mode ?? 'encap',
  frameSizeBytes: floor.frameSizeBytes ?? 0,
  flows,
  floor: { kind: floor.kind, value: floor.value },
  source: floor.source,
  measured: NOTHING,
  verdict: 'inconclusive',
  reason: 'nothing was measured that it is for',
});

const judge = (floor: Floor, one: Throughput, by: JudgedBy): FloorResult => {
  const { mode, frameSizeBytes, flows, tunnelledShare } = one;
  const measured = floor.kind === 'rate' ? one.rate : one.ratioToNative;
  const result = (verdict: FloorVerdict, reason?: string): FloorResult => ({
    mode,
    frameSizeBytes,
    flows,
    ...(tunnelledShare === undefined ? {} : { tunnelledShare }),
    floor: { kind: floor.kind, value: floor.value },
    source: floor.source,
    measured: measured ?? NOTHING,
    verdict,
    ...(reason === undefined ? {} : { reason }),
  });
  if (measured === undefined) return result('inconclusive', 'there is no baseline: native forwarding was not measured');
  const broken = by.findings.find(({ kind, setting }) => NO_RATE.has(kind) && setting?.mode === mode);
  if (broken !== undefined) return result('fail', `there is no rate without loss: it ${broken.text}`);
  const demanded = floor.kind === 'rate' ? floor.value : floor.value * (nativeOf(one, by.throughput)?.rate.median ?? 0);
  const tester = testerRateAt(by.tester, frameSizeBytes);
  if (tester < TESTER_FACTOR * demanded)
    return result(
      'inconclusive',
      `the tester alone does ${rateText(tester)} frames/s, which is less than twice the floor of ${rateText(demanded)}`,
    );
  const verdict = medianVerdict(measured, floor.value);
  if (verdict !== 'pass' && one.limit === 'tester')
    return result('inconclusive', 'the tester, not the target, limits what was measured');
  if (verdict === 'pass' && floor.kind === 'ratio' && nativeOf(one, by.throughput)?.limit === 'tester')
    return result(verdict, 'in relation to what the tester can offer: it limits native forwarding');
  return verdict === 'undecided'
    ? result(
        verdict,
        `the interval of the median (${percentText(measured.confidence)} sure) has the floor in it; more repetitions make it narrower`,
      )
    : result(verdict);
};

/** The whole interval of the median on one side of the floor decides. */
export const medianVerdict = ({ low, high }: Spread, floor: number): Exclude<FloorVerdict, 'inconclusive'> => {
  if (low >= floor) return 'pass';
  return high < floor ? 'fail' : 'undecided';
};

const nativeOf = ({ frameSizeBytes, flows }: Throughput, all: readonly Throughput[]): Throughput | undefined =>
  all.find((each) => each.mode === 'native' && each.frameSizeBytes === frameSizeBytes && each.flows === flows);
