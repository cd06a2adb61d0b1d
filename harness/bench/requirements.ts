/** What the run says of each requirement of the area `bench`: about the method as much as about the DUT. */
import type { Profile } from '../profile/index.ts';
import { Ipv4Prefix } from '../address/ipv4-prefix.ts';
import { Ipv6Prefix } from '../address/ipv6-prefix.ts';
import { FULL_LENGTHS, FRAME_SIZES_BYTES } from './plan.ts';
import { percentText, rateText } from './numbers.ts';
import { settingText } from './measure/setting.ts';
import type { BenchRequirement, BenchResult, FindingKind, Throughput } from './result.ts';

type Facts = Omit<BenchResult, 'requirements'> & { readonly profileFacts: Profile };
type Judgement = Omit<BenchRequirement, 'requirement'>;

const pass = (text: string): Judgement => ({ verdict: 'pass', text });
const warn = (text: string): Judgement => ({ verdict: 'warn', text });
const skip = (text: string): Judgement => ({ verdict: 'skip', text });

export const judgeRequirements = (facts: Facts): readonly BenchRequirement[] =>
  Object.entries(JUDGES).map(([name, judge]) => ({ requirement: `bench.${name}`, ...judge(facts) }));

const found = ({ findings }: Facts, ...kinds: readonly FindingKind[]): string | undefined => {
  const texts = findings.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);
  return texts.length === 0 ? undefined : texts.join('; ');
};

const BENCHMARK_IPV6 = Ipv6Prefix.parse('2001:2::/48');
const BENCHMARK_IPV4 = Ipv4Prefix.parse('198.18.0.0/15');

const JUDGES: Readonly<Record<string, (facts: Facts) => Judgement>> = {
  addresses: ({ profileFacts: { mapping, name } }) => {
    const isBenchmark =
      mapping.kind === '6rd' &&
      BENCHMARK_IPV6.covers(mapping.domainPrefix) &&
      BENCHMARK_IPV4.covers(mapping.ipv4Prefix);
    if (isBenchmark) return pass('tunnelled traffic has addresses of 2001:2::/48 and 198.18.0.0/15 only');
    return skip(
      `${name} has addresses of its own, on links that lead nowhere; --profile 6rd:2001:2::/48+198.18.0.0/16 has those of RFC 5180`,
    );
  },
  'bidirectional-and-mixes': (facts) => {
    const starved = found(facts, 'direction-starves');
    if (starved !== undefined) return warn(starved);
    const isBoth = facts.throughput.some(({ mode }) => mode === 'both');
    const shares = facts.throughput.filter(({ mode }) => mode === 'mixed').map((each) => each.tunnelledShare ?? 0);
    if (!isBoth) return skip('both directions at once were not measured');
    if (shares.length === 0) return warn('both directions at once; no mixes with native traffic');
    return pass(`both directions at once; mixes of ${shares.map(percentText).join(', ')} tunnelled with native IPv6`);
  },
  'delay-variation': ({ latency, method }) => {
    const [first] = latency;
    if (first === undefined) return skip('delays were not measured');
    return lengths('99.9th percentile minus minimum', method);
  },
  'frame-sizes': ({ throughput }) => {
    const sizes = new Set(throughput.map(({ frameSizeBytes }) => frameSizeBytes));
    const missing = FRAME_SIZES_BYTES.filter((size) => !sizes.has(size));
    return missing.length === 0
      ? pass('all sizes of RFC 5180, of the frame on the native side with its FCS')
      : warn(
          `sizes ${[...sizes].join(', ')} of the frame on the native side with its FCS; without ${missing.join(', ')}`,
        );
  },
  latency: ({ latency, method }) =>
    latency.length === 0
      ? skip('delays were not measured')
      : lengths('median and 99.9th percentile of all frames, store-and-forward', method),
  'loss-burst-recovery-reset': ({ curves }) =>
    curves.length === 0
      ? skip('no loss curve was measured')
      : warn('loss at falling rates; back-to-back bursts, recovery and reset are not measured'),
  'overhead-in-rate': (facts) => {
    const stray = found(facts, 'fragments-or-errors');
    if (stray !== undefined) return { verdict: 'fail', text: stray };
    const { medium, overheadBytes, lineBitsPerSecond } = facts.method;
    return pass(
      `overhead of ${String(overheadBytes)} bytes in the theoretical rate for ${rateText(lineBitsPerSecond / 1e6)} Mbit/s; medium: ${medium}; no fragments, no Packet Too Big`,
    );
  },
  repetitions: ({ method: { repetitions } }) =>
    repetitions >= FULL_LENGTHS.repetitions
      ? pass(`median of ${String(repetitions)} repetitions, with 1st and 99th percentile`)
      : warn(
          `median of ${String(repetitions)} repetitions, with 1st and 99th percentile; 20 are asked for, see --full`,
        ),
  scalability: (facts) => {
    const bad = facts.findings.filter(({ requirement }) => requirement === 'bench.scalability');
    const text = bad.map((each) => each.text).join('; ');
    if (bad.length > 0) return warn(text);
    const flows = [...new Set(facts.throughput.map((each) => each.flows))].toSorted((left, right) => left - right);
    if (flows.length < 2 && facts.scale === undefined) return skip('one number of flows was measured');
    const nodes = facts.scale === undefined ? '' : `; up to ${rateText(facts.scale.points.at(-1)?.nodes ?? 0)} nodes`;
    return pass(`${flows.map(String).join(', ')} flows${nodes}, without a degradation worth mentioning`);
  },
  'tester-emits-encapsulated': (facts) => {
    if (!facts.throughput.some(({ mode }) => mode === 'decap')) return skip('decapsulation was not measured');
    const limited = facts.throughput.filter(({ mode, limit }) => mode === 'decap' && limit === 'tester');
    if (limited.length > 0)
      return { verdict: 'inconclusive', text: 'the tester, not the target, limits decapsulation' };
    const inconclusive = facts.floors.find(({ verdict, mode }) => verdict === 'inconclusive' && mode === 'decap');
    if (inconclusive?.reason !== undefined) return { verdict: 'inconclusive', text: inconclusive.reason };
    return pass(`frames are made beforehand; the tester alone does ${testerText(facts)}`);
  },
  'throughput-zero-loss': (facts) => {
    const bad = found(facts, 'loss-at-any-rate', 'loss-in-bursts', 'duplicates', 'corruption');
    if (bad !== undefined) return { verdict: 'fail', text: bad };
    const tunnelled = facts.throughput.filter(({ mode }) => mode !== 'native');
    if (tunnelled.length === 0 && facts.tester.rates.some(({ rate }) => rate === 0))
      return { verdict: 'inconclusive', text: 'the tester alone loses frames at every rate; is the machine busy?' };
    if (tunnelled.length === 0) return skip('nothing was measured');
    const nothing = tunnelled.filter(({ capacity, limit }) => capacity.median === 0 && limit === 'dut');
    if (nothing.length > 0) return { verdict: 'fail', text: `nothing gets through with ${settingsText(nothing)}` };
    const none = tunnelled.filter(({ rate }) => rate.median === 0);
    if (none.length > 0)
      return {
        verdict: 'inconclusive',
        text: `no trial was without loss with ${settingsText(none)}, and long trials at an easy load show none: is the machine busy?`,
      };
    const odd = found(facts, 'slow-at-one-size', 'cost-per-byte', 'reordering');
    return odd === undefined ? pass('every frame was compared, byte by byte') : warn(odd);
  },
  topologies: (facts) => {
    const modes = new Set(facts.throughput.map(({ mode }) => mode));
    if (!modes.has('encap') || !modes.has('decap'))
      return skip('encapsulation and decapsulation were not both measured');
    const differ = found(facts, 'directions-differ');
    const isDual = modes.has('dual');
    const text = `one DUT alone, each direction by itself; two DUTs back to back ${isDual ? 'as well' : 'only with --mode dual'}`;
    if (differ !== undefined) return warn(`${differ}; ${text}`);
    return isDual ? pass(text) : warn(text);
  },
  'trial-phases': ({ method }) => lengths('learning, settling, load, drain, rest, in this order', method),
};

const settingsText = (settings: readonly Throughput[]): string => settings.map(settingText).join('; ');

const lengths = (what: string, { finalSeconds, repetitions }: BenchResult['method']): Judgement => {
  const text = `${what}; ${String(repetitions)} trials of ${String(finalSeconds)} s`;
  return finalSeconds >= FULL_LENGTHS.finalSeconds && repetitions >= FULL_LENGTHS.repetitions
    ? pass(text)
    : warn(`${text}, shorter than RFC 2544 and RFC 8219 ask for, see --full`);
};

const testerText = ({ tester }: Facts): string =>
  tester.rates
    .map(({ frameSizeBytes, rate }) => `${rateText(rate)} frames/s of ${String(frameSizeBytes)} bytes`)
    .join(', ');
