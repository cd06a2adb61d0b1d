/**
 * What takes too long for every commit: the quick path against the rules alone on many frames, `check` on a million damaged records, and
 * on a stream larger than any memory.
 *
 *     npm run soak:check -- [seed] [damaged records] [gigabytes] [frames of the quick path under each profile]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fuzzCorpus } from '../tests/check/fuzz-corpus.ts';
import { compareQuickPath } from '../tests/rules/quick/compare.ts';
import { PROFILES, traffic } from '../tests/rules/quick/traffic.ts';
import { strangersContext } from '../tests/rules/support.ts';
import { fuzzCheck } from './check/fuzz.ts';
import { generateCapture } from './check/generated-capture.ts';
import { countArgument, numberArgument } from './number-argument.ts';

const INNER_BYTES = 1280;
const FRAME_BYTES = INNER_BYTES + 20 + 14 + 16;
const MOST_RESIDENT_MEGABYTES = 200;
/** What a process that damages captures may grow by, once everything is loaded. */
const MOST_GROWTH_MEGABYTES = 100;
const WATCH_MS = 250;
const WARM_UP_RECORDS = 20_000;
const TSX = fileURLToPath(import.meta.resolve('tsx'));
const RUN = fileURLToPath(new URL('../run.ts', import.meta.url));

const [seed = new Date().toISOString().slice(0, 10), ...numbers] = process.argv.slice(2);
const records = countArgument('damaged records', numbers[0] ?? '1000000', 0, 1e9);
const gigabytes = numberArgument('gigabytes', numbers[1] ?? '10', 0, 1000);
const quickFrames = countArgument('frames of the quick path', numbers[2] ?? '10000', 0, 1e9);
const out = (line: string): void => void process.stdout.write(`${line}\n`);
const residentMegabytes = (): number => process.memoryUsage.rss() / 1e6;

async function soakDamaged(): Promise<void> {
  const corpus = fuzzCorpus();
  await fuzzCheck({ corpus, seed: `${seed} warm-up`, frames: Math.min(WARM_UP_RECORDS, records) });
  const before = residentMegabytes();
  let most = before;
  const result = await fuzzCheck({
    corpus,
    seed,
    frames: records,
    onProgress: () => (most = Math.max(most, residentMegabytes())),
  });
  out(
    `damaged: seed ${seed}, ${result.captures} captures with ${result.frames} records, ${result.findings} findings, ` +
      `${result.errors} errors, each with its place; the slowest took ${result.slowestMs.toFixed(0)} ms; ` +
      `memory from ${before.toFixed(0)} to at most ${most.toFixed(0)} MB`,
  );
  if (most - before > MOST_GROWTH_MEGABYTES) throw new Error('memory grows with the number of captures');
}

function soakQuickPath(): void {
  let frames = 0;
  let passed = 0;
  let findings = 0;
  for (const profile of PROFILES) {
    const generated = traffic({ profile, seed: `${seed} ${profile}`, mutations: 0.2 });
    const compared = compareQuickPath(strangersContext(profile), generated, quickFrames);
    frames += compared.frames;
    passed += compared.passed;
    findings += compared.findings;
  }
  out(
    `quick path: seed ${seed}, ${frames} frames under ${PROFILES.length} profiles, ${passed} passed, ${findings} findings, all as by the rules alone`,
  );
}

async function soakStream(): Promise<void> {
  const packets = Math.round((gigabytes * 1e9) / FRAME_BYTES);
  const child = spawn(process.execPath, ['--import', TSX, RUN, 'check', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let lastLines = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (lastLines = (lastLines + text).slice(-300)));
  let most = 0;
  const watch = setInterval(() => {
    void readFile(`/proc/${String(child.pid)}/status`, 'utf8').then(
      (status) => (most = Math.max(most, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024)),
      // It has just ended.
      () => undefined,
    );
  }, WATCH_MS);
  const ended = once(child, 'close');
  for (const chunk of generateCapture({ packets, innerBytes: INNER_BYTES, dontFragment: true })) {
    if (!child.stdin.write(chunk.slice())) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  const [exitCode] = await ended;
  clearInterval(watch);
  out(`stream: ${gigabytes} GB, exit code ${String(exitCode)}, at most ${most.toFixed(0)} MB resident`);
  out(`stream: ${lastLines.trim().split('\n').at(-1) ?? ''}`);
  if (exitCode !== 0) throw new Error(`expected exit code 0, found ${String(exitCode)}`);
  if (most > MOST_RESIDENT_MEGABYTES)
    throw new Error(`expected at most ${MOST_RESIDENT_MEGABYTES} MB, found ${most.toFixed(0)}`);
}

soakQuickPath();
// The damaged ones first: feeding the stream leaves this process large.
if (records > 0) await soakDamaged();
if (gigabytes > 0) await soakStream();
