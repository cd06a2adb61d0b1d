/**
 * How fast `check` is, beside tshark on the same packets in the same run: packets for each second of processor time, as the median
 * of several trials with their spread. Time by the clock depends on what else the machine does.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import * as v from 'valibot';
import { generateCapture, type GeneratedCapture } from './check/generated-capture.ts';

const PACKETS = 1_000_000;
const TSHARK_PACKETS = 100_000;
const TRIALS = 5;
const TSHARK_TRIALS = 3;
const TSX = fileURLToPath(import.meta.resolve('tsx'));
const TRIAL = fileURLToPath(new URL('check/trial.ts', import.meta.url));

/** What the rules look at of the headers, as tshark names it. */
const FIELDS =
  'eth.dst ip.version ip.hdr_len ip.dsfield ip.len ip.id ip.flags ip.frag_offset ip.ttl ip.proto ip.checksum.status ip.src ip.dst ' +
  'ipv6.tclass ipv6.flow ipv6.plen ipv6.nxt ipv6.hlim ipv6.src ipv6.dst';

const trialSchema = v.object({
  packets: v.number(),
  findings: v.number(),
  processorSeconds: v.number(),
  clockSeconds: v.number(),
  maxResidentMegabytes: v.number(),
});

interface Rates {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

function ratesOf(rates: readonly number[]): Rates {
  const sorted = rates.toSorted((left, right) => left - right);
  return {
    median: sorted[sorted.length >>> 1] ?? 0,
    least: sorted[0] ?? 0,
    most: sorted.at(-1) ?? 0,
  };
}

const millions = (rate: number): string => (rate / 1e6).toFixed(rate < 1e6 ? 3 : 2);
const shown = ({ median, least, most }: Rates): string =>
  `${millions(median)} million packets/s (${millions(least)} to ${millions(most)})`;

async function generate(path: string, options: GeneratedCapture): Promise<void> {
  const copies = function* (): Generator<Uint8Array> {
    for (const chunk of generateCapture(options)) yield chunk.slice();
  };
  await pipeline(Readable.from(copies()), createWriteStream(path));
}

async function measureCheck(file: string, profile: string): Promise<{ rates: Rates; memory: number }> {
  const rates: number[] = [];
  let memory = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const { stdout } = await execa(process.execPath, ['--import', TSX, TRIAL, file, profile]);
    const measured = v.parse(trialSchema, JSON.parse(stdout));
    if (measured.packets !== PACKETS || measured.findings !== 0) {
      throw new Error(`expected ${PACKETS} packets without a finding, found ${stdout}`);
    }
    rates.push(measured.packets / measured.processorSeconds);
    memory = Math.max(memory, measured.maxResidentMegabytes);
  }
  return { rates: ratesOf(rates), memory };
}

/** bash measures the processor time of a child; Node does not tell it. */
async function measureTshark(file: string): Promise<Rates | undefined> {
  const { failed } = await execa('tshark', ['--version'], { reject: false });
  if (failed) return undefined;
  const rates: number[] = [];
  const fields = FIELDS.split(' ').flatMap((field) => ['-e', field]);
  const command = ['tshark', '-n', '-r', file, '-o', 'ip.check_checksum:TRUE', '-T', 'fields', ...fields];
  for (let trial = 0; trial < TSHARK_TRIALS; trial++) {
    const { stderr } = await execa('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@" > /dev/null', 'bench', ...command]);
    const [user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
    rates.push(TSHARK_PACKETS / (user + system));
  }
  return ratesOf(rates);
}

const folder = await mkdtemp(join(tmpdir(), 'proto41-bench-check-'));
try {
  const out = (line: string): void => void process.stdout.write(`${line}\n`);
  const checks: readonly (readonly [string, string, boolean])[] = [
    ['DF 1', 'overlay', true],
    ['DF 0, with identifications to remember', 'overlay,mtu=static:1280', false],
  ];
  let first: Rates | undefined;
  for (const [what, profile, dontFragment] of checks) {
    const file = join(folder, `${dontFragment ? 'atomic' : 'identified'}.pcap`);
    await generate(file, { packets: PACKETS, innerBytes: 64, dontFragment });
    const { rates, memory } = await measureCheck(file, profile);
    first ??= rates;
    out(
      `check, ${what}: ${shown(rates)}, ${memory.toFixed(0)} MB resident at most, ${TRIALS} trials of ${PACKETS} packets`,
    );
    await rm(file);
  }
  const file = join(folder, 'tshark.pcap');
  await generate(file, { packets: TSHARK_PACKETS, innerBytes: 64, dontFragment: true });
  const tshark = await measureTshark(file);
  if (tshark === undefined) out('tshark is not installed, so there is nothing to compare with');
  else {
    out(`tshark, the same headers: ${shown(tshark)}, ${TSHARK_TRIALS} trials of ${TSHARK_PACKETS} packets`);
    out(`check is ${((first?.median ?? 0) / tshark.median).toFixed(0)} times as fast`);
  }
} finally {
  await rm(folder, { recursive: true });
}
