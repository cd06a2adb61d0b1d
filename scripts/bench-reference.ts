/**
 * How fast the reference itself is: in memory, frame in to frame out on one core, beside a bare copy of the frame in the same run; with `--live` on
 * two interfaces, beside a program in C that does the same.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { max, median, min } from 'simple-statistics';
import { measureLive } from './reference/live.ts';
import { measureMemory } from './reference/memory.ts';

const { values } = parseArgs({
  options: { live: { type: 'boolean' }, quick: { type: 'boolean' }, size: { type: 'string', default: '84' } },
});
const sizeBytes = Number(values.size);
if (!Number.isInteger(sizeBytes) || sizeBytes < 66 || sizeBytes > 1480) {
  process.stderr.write(`--size: expected a number of bytes with FCS from 66 to 1480, found ${values.size}\n`);
  process.exit(2);
}

const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
const millions = (rates: readonly number[]): string =>
  `${(median([...rates]) / 1e6).toFixed(2)} (${(min([...rates]) / 1e6).toFixed(2)} to ${(max([...rates]) / 1e6).toFixed(2)})`;

process.stdout.write(
  `Node.js ${process.version}, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, load average ${load()} at the beginning\n`,
);

const rounds = values.quick === true ? 5 : 15;
try {
  if (values.live === true) await showLive();
  else showMemory();
} catch (error) {
  process.stderr.write(`bench:reference: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(3);
}
process.stdout.write(`\nload average ${load()} at the end\n`);

function showMemory(): void {
  const framesPerRound = values.quick === true ? 400_000 : 2_000_000;
  process.stdout.write(
    `\nIn memory, frames of ${sizeBytes} bytes with FCS: million frames per second, median (lowest to highest) of ${rounds} rounds in turns\n\n` +
      '| what | per second of processor time | by the clock | heap, bytes per frame |\n| --- | --- | --- | ---: |\n',
  );
  for (const row of measureMemory({ sizeBytes, rounds, framesPerRound }))
    process.stdout.write(
      `| ${row.what} | ${millions(row.perProcessorSecond)} | ${millions(row.perSecond)} | ${row.heapBytesPerFrame.toFixed(2)} |\n`,
    );
}

async function showLive(): Promise<void> {
  const framesPerTrial = values.quick === true ? 100_000 : 300_000;
  const rows = await measureLive({ sizeBytes, rounds, framesPerTrial });
  process.stdout.write(
    `\nLive, frames of ${sizeBytes} bytes with FCS: million frames per second, median (lowest to highest) of ${rounds} rounds in turns\n\n` +
      '| what | direction | per second of processor time | by the clock | lost |\n| --- | --- | --- | --- | ---: |\n',
  );
  for (const row of rows)
    process.stdout.write(
      `| ${row.what} | ${row.direction} | ${millions(row.perProcessorSecond)} | ${millions(row.perSecond)} | ${row.lost} |\n`,
    );
}
