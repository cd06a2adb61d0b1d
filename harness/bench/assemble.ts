/** From what was collected to what is reported. */
import type { Collected, Repeated } from './collected.ts';
import { flowFindings, scaleFindings } from './diagnose/growth.ts';
import { integrityFindings } from './diagnose/integrity.ts';
import { contentionFindings, speedFindings } from './diagnose/speed.ts';
import { flowsInTurns } from './measure/throughput.ts';
import type { BenchPlan } from './plan.ts';
import type { BenchFinding, Latency, Limit, Scale, Throughput } from './result.ts';
import { spreadOf } from './statistics.ts';

const GAP_AND_PREAMBLE_BYTES = 20;

/** line / (8 * (X + O + 20)), RFC 8219 section 5.1 and appendix A: overhead takes its share of the line. */
export const theoreticalRate = (frameSizeBytes: number, overheadBytes: number, lineBitsPerSecond: number): number =>
  lineBitsPerSecond / (8 * (frameSizeBytes + overheadBytes + GAP_AND_PREAMBLE_BYTES));

export const throughputOf = (collected: Collected, plan: BenchPlan, overheadBytes: number): readonly Throughput[] =>
  [...collected.rates.values()]
    .filter(({ capacity }) => capacity.length > 0)
    .map(({ setting, throughput, capacity, limits }): Throughput => {
      const ratios = ratiosToNative(collected, setting, throughput);
      return {
        ...setting,
        rate: spreadOf(throughput),
        capacity: spreadOf(capacity),
        limit: limitOf(limits),
        theoreticalRate: theoreticalRate(
          setting.frameSizeBytes,
          setting.mode === 'native' ? 0 : overheadBytes,
          plan.lineBitsPerSecond,
        ),
        ...(ratios.length === 0 ? {} : { ratioToNative: spreadOf(ratios) }),
      };
    });

/** One repetition in which the tester was busy elsewhere leaves the median what it is. */
const limitOf = (limits: readonly Limit[]): Limit =>
  limits.filter((limit) => limit === 'tester').length * 2 >= limits.length ? 'tester' : 'dut';

/** Pair by pair: what the machine was busy with then, it was busy with for both. */
const ratiosToNative = (
  collected: Collected,
  setting: Repeated['setting'],
  values: readonly number[],
): readonly number[] => {
  if (setting.mode === 'native') return [];
  const { frameSizeBytes, flows } = setting;
  const native = collected.rateOf({ mode: 'native', frameSizeBytes, flows })?.throughput ?? [];
  return values.flatMap((value, index) => {
    const base = native[index];
    return base === undefined || base === 0 ? [] : [value / base];
  });
};

export const latencyOf = (collected: Collected): readonly Latency[] =>
  [...collected.delays.values()].map(({ setting, load, offeredRate, figures, histogram, frames }) => ({
    ...setting,
    load,
    offeredRate,
    frames,
    minimumNs: spreadOf(figures.map(({ minimumNs }) => minimumNs)),
    typicalNs: spreadOf(figures.map(({ typicalNs }) => typicalNs)),
    percentile99Ns: spreadOf(figures.map(({ percentile99Ns }) => percentile99Ns)),
    worstCaseNs: spreadOf(figures.map(({ worstCaseNs }) => worstCaseNs)),
    pdvNs: spreadOf(figures.map(({ pdvNs }) => pdvNs)),
    ipdvNs: spreadOf(figures.map(({ ipdvNs }) => ipdvNs)),
    histogram,
  }));

export const scaleOf = ({ scale, scalePoints }: Collected): Scale | undefined =>
  scale === undefined ? undefined : { ...scale, points: scalePoints };

export const findingsOf = (
  collected: Collected,
  throughput: readonly Throughput[],
  scale: Scale | undefined,
  plan: BenchPlan,
): readonly BenchFinding[] => [
  ...integrityFindings(collected.integrity),
  ...speedFindings(throughput),
  ...contentionFindings(collected.contention),
  ...flowFindings(throughput, flowsInTurns(plan)),
  ...(scale === undefined ? [] : scaleFindings(scale)),
];
