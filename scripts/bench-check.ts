/**
 * How fast `check` is, beside tshark on the same packets in the same run, turn by turn: packets for each second of processor time of
 * all threads, as the median of several rounds with their spread. Time by the clock depends on what else the machine does.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { max, median, min } from 'simple-statistics';
import * as v from 'valibot';
import { generateCapture, type GeneratedCapture } from './check/generated-capture.ts';
import { countArgument } from './number-argument.ts';

const { values: flags } = parseArgs({
  options: { packets: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } },
});
const PACKETS = countArgument('--packets', flags.packets, 100, 100_000_000);
const ROUNDS = countArgument('--rounds', flags.rounds, 1, 1000);
const TSX = fileURLToPath(import.meta.resolve('tsx'));
const TRIAL = fileURLToPath(new URL('check/trial.ts', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../run.ts', import.meta.url));

/** Every field of the three headers that the rules look at, as tshark names them. */
const FIELDS =
  'eth.dst eth.src eth.type ip.version ip.hdr_len ip.dsfield ip.len ip.id ip.flags ip.frag_offset ip.ttl ip.proto ip.checksum ' +
  'ip.checksum.status ip.src ip.dst ipv6.version ipv6.tclass ipv6.flow ipv6.plen ipv6.nxt ipv6.hlim ipv6.src ipv6.dst';

/** What is measured, in the words of the output. */
const FILES: readonly (readonly [what: string, profile: string, options: Omit<GeneratedCapture, 'packets'>])[] = [
  ['check', 'overlay', { innerBytes: 64, dontFragment: true }],
  ['check, DF 0 (identifications to remember)', 'overlay,mtu=static:1280', { innerBytes: 64, dontFragment: false }],
  ['check, FOU', 'overlay,encap=fou:3544', { innerBytes: 64, dontFragment: true, udpPort: 3544 }],
];

const trialSchema = v.object({
  packets: v.number(),
  findings: v.number(),
  processorSeconds: v.number(),
  clockSeconds: v.number(),
  maxResidentMegabytes: v.number(),
});

/** Rates by what was measured, in packets for each second; one for each round. */
const rates = new Map<string, number[]>();
let mostMegabytes = 0;

function note(what: string, seconds: number): number {
  const rate = PACKETS / seconds;
  rates.set(what, [...(rates.get(what) ?? []), rate]);
  return rate;
}

const figure = (value: number): string =>
  value < 0.1 ? value.toFixed(3) : value < 100 ? value.toFixed(2) : value.toFixed(0);
const shown = (values: readonly number[], unit: string, scale = 1): string =>
  `${figure(median([...values]) / scale)} ${unit} (${figure(min([...values]) / scale)} to ${figure(max([...values]) / scale)})`;

async function generate(path: string, options: GeneratedCapture): Promise<void> {
  const copies = function* (): Generator<Uint8Array> {
    for (const chunk of generateCapture(options)) yield chunk.slice();
  };
  await pipeline(Readable.from(copies()), createWriteStream(path));
}

/** In a process of its own, from the opening of the file to the end of the report: without the start of Node, with all of its warming up. */
async function measureCheck(what: string, file: string, profile: string): Promise<number> {
  const { stdout } = await execa(process.execPath, ['--import', TSX, TRIAL, file, profile]);
  const measured = v.parse(trialSchema, JSON.parse(stdout));
  if (measured.packets !== PACKETS || measured.findings !== 0)
    throw new Error(`expected ${PACKETS} packets without a finding, found ${stdout}`);
  mostMegabytes = Math.max(mostMegabytes, measured.maxResidentMegabytes);
  note(`${what}, by the clock`, measured.clockSeconds);
  return note(what, measured.processorSeconds);
}

/** Seconds of processor time of a command. bash measures a child; Node does not tell it. */
async function secondsOf(command: readonly string[]): Promise<number> {
  const { stderr } = await execa('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@" > /dev/null', 'bench', ...command]);
  const [user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return user + system;
}

const fields = FIELDS.split(' ').flatMap((field) => ['-e', field]);
const tshark = (file: string, ...options: readonly string[]): readonly string[] => [
  'tshark',
  '-n',
  '-r',
  file,
  '-o',
  'ip.check_checksum:TRUE',
  '-T',
  'fields',
  ...fields,
  ...options,
];
/** UDP behind the inner header is nothing that `check` looks at, so it may be skipped. */
const ONLY_THESE = ['--disable-protocol', 'udp'];

const out = (line: string): void => void process.stdout.write(`${line}\n`);
const ratios = new Map<string, number[]>();
const compare = (with_: string, ratio: number): void => void ratios.set(with_, [...(ratios.get(with_) ?? []), ratio]);

async function round(folder: string, hasTshark: boolean): Promise<void> {
  for (const [index, [what, profile]] of FILES.entries()) {
    const file = join(folder, `${index}.pcap`);
    const rate = await measureCheck(what, file, profile);
    if (index > 0) continue;
    const command = [process.execPath, '--import', TSX, PROGRAM, 'check', file, '--profile', profile];
    const whole = note('the command proto41 check, start included', await secondsOf(command));
    if (!hasTshark) continue;
    const startSeconds = await secondsOf(tshark(file, '-c', '1'));
    const tsharkSeconds = await secondsOf(tshark(file));
    compare('tshark', rate / note('tshark', tsharkSeconds - startSeconds));
    compare(
      'tshark as a command, both with their start',
      whole / note('the command tshark, start included', tsharkSeconds),
    );
    const kept = note('tshark kept from dissecting UDP', (await secondsOf(tshark(file, ...ONLY_THESE))) - startSeconds);
    compare('tshark kept from dissecting UDP', rate / kept);
  }
}

const folder = await mkdtemp(join(tmpdir(), 'proto41-bench-check-'));
try {
  const { failed } = await execa('tshark', ['--version'], { reject: false });
  for (const [index, [, , options]] of FILES.entries())
    await generate(join(folder, `${index}.pcap`), { packets: PACKETS, ...options });
  for (let count = 0; count < ROUNDS; count++) await round(folder, !failed);
  out(`million packets/s of processor time (median of ${ROUNDS} rounds, least to most), files of ${PACKETS} packets:`);
  for (const [what, values] of rates) out(`  ${what}: ${shown(values, 'million/s', 1e6)}`);
  out(`at most ${mostMegabytes.toFixed(0)} MB resident`);
  if (failed) out('tshark is not installed, so there is nothing to compare with');
  for (const [what, values] of ratios) out(`check is ${shown(values, 'times')} as fast as ${what}`);
} finally {
  await rm(folder, { recursive: true });
}
