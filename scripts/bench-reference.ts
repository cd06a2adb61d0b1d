/**
 * How fast the reference itself is: in memory, frame in to frame out on one core, beside a bare copy of the frame in the same run; with `--live` on
 * two interfaces, beside programs in C that do the same.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { max, median, min } from 'simple-statistics';
import { percentText } from '../harness/bench/numbers.ts';
import { spreadOf } from '../harness/bench/statistics.ts';
import { countArgument } from './number-argument.ts';
import { measureLive, type LiveRow } from './reference/live.ts';
import { measureMemory } from './reference/memory.ts';

const { values } = parseArgs({
  options: {
    live: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    size: { type: 'string', default: '84' },
    rounds: { type: 'string' },
    frames: { type: 'string' },
  },
});

const LENGTHS = { live: { usual: 100_000, quick: 30_000 }, memory: { usual: 2_000_000, quick: 400_000 } } as const;
const length = values.quick ? 'quick' : 'usual';
const sizeBytes = countArgument('--size', values.size, 66, 1480);
const rounds = countArgument('--rounds', values.rounds ?? (values.quick ? '5' : '15'), 1, 1000);
const framesPerRound = countArgument(
  '--frames',
  values.frames ?? String(LENGTHS[values.live ? 'live' : 'memory'][length]),
  1000,
  100_000_000,
);

const out = (line: string): void => void process.stdout.write(`${line}\n`);
const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
const millions = (rates: readonly number[]): string =>
  `${(median([...rates]) / 1e6).toFixed(2)} (${(min([...rates]) / 1e6).toFixed(2)} to ${(max([...rates]) / 1e6).toFixed(2)})`;

out(
  `Node.js ${process.version}, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, load average ${load()} at the beginning\n`,
);
try {
  if (values.live) await showLive();
  else showMemory();
} catch (error) {
  process.stderr.write(`bench:reference: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(3);
}
out(`\nload average ${load()} at the end`);

function showMemory(): void {
  out(
    `In memory, frames of ${sizeBytes} bytes with FCS: million frames per second, median (lowest to highest) of ${rounds} rounds in turns\n`,
  );
  out('| what | per second of processor time | by the clock | heap, bytes per frame |\n| --- | --- | --- | ---: |');
  for (const row of measureMemory({ sizeBytes, rounds, framesPerRound }))
    out(
      `| ${row.what} | ${millions(row.perProcessorSecond)} | ${millions(row.perSecond)} | ${row.heapBytesPerFrame.toFixed(2)} |`,
    );
}

async function showLive(): Promise<void> {
  const rows = await measureLive({ sizeBytes, rounds, framesPerTrial: framesPerRound });
  out(
    `Live, frames of ${sizeBytes} bytes with FCS: million frames per second, median (lowest to highest) of ${rounds} rounds of ${framesPerRound} frames in turns\n`,
  );
  out('| what | direction | per second of processor time | by the clock | lost |\n| --- | --- | --- | --- | ---: |');
  for (const row of rows)
    out(
      `| ${row.what} | ${row.direction} | ${millions(row.perProcessorSecond)} | ${millions(row.perSecond)} | ${row.lost} |`,
    );
  const [first] = rows;
  if (first === undefined) return;
  out(`\nHow many times as fast ${first.what} is, round by round: median and its interval (lowest to highest)\n`);
  out('| than | direction | by processor time | by the clock |\n| --- | --- | --- | --- |');
  for (const own of rows.filter(({ what }) => what === first.what))
    for (const other of rows.filter((row) => row.direction === own.direction && row.what !== own.what))
      out(
        `| ${other.what} | ${own.direction} | ${ratio(own, other, 'perProcessorSecond')} | ${ratio(own, other, 'perSecond')} |`,
      );
}

/** What else the machine did in a round met both. */
function ratio(own: LiveRow, other: LiveRow, figure: 'perProcessorSecond' | 'perSecond'): string {
  const ratios = own[figure].map((rate, round) => rate / (other[figure][round] ?? NaN));
  const { median: middle, low, high, confidence } = spreadOf(ratios);
  return `${middle.toFixed(2)}, ${low.toFixed(2)} to ${high.toFixed(2)} with ${percentText(confidence)} (${min(ratios).toFixed(2)} to ${max(ratios).toFixed(2)})`;
}
