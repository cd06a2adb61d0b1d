/**
 * The test runner: `node --import tsx tests/run.ts [path fragment...]`, see `--help`.
 *
 * Exits 1 when a test fails and when nothing ran. The last line is always `N passed, N failed, N skipped`.
 */

import { writeSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { discoverTests, selectTests } from './support/discover.ts';
import { takeOrphans, toError } from './support/execution.ts';
import { formatFailure } from './support/format-failure.ts';
import { guardProcess, settleProcess } from './support/guard-process.ts';
import { addOutcome, DEFAULT_TIMEOUT_MS, emptyOutcome, summaryLine, type Outcome } from './support/outcome.ts';
import { startCollecting } from './support/registry.ts';
import { runFile } from './support/run-file.ts';

const USAGE = `Usage: node --import tsx tests/run.ts [options] [path fragment...]

  --timeout MS   time limit of tests and hooks that name none (${DEFAULT_TIMEOUT_MS})
  --file PATH    run exactly this file, whatever its name (repeatable)
  --help
`;

// The frames of the adapter are cut from what is printed; they must not use up the depth that the test's own need.
Error.stackTraceLimit = 50;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const total = emptyOutcome();
let finished = false;

const guard = guardProcess((how) => {
  if (finished) return;
  writeSync(1, `\nthe run was ended before its last test: ${how}\n${summaryLine(total)}\n`);
  process.exitCode ||= 1;
});

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${toError(error).message}\n`);
  process.exitCode = 1;
}
finished = true;
process.stdout.write(`${summaryLine(total)}\n`);
guard.exit(process.exitCode);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      timeout: { type: 'string', default: String(DEFAULT_TIMEOUT_MS) },
      file: { type: 'string', multiple: true },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const timeoutMs = Number(values.timeout);
  if (!Number.isInteger(timeoutMs) || timeoutMs <= 0) {
    throw new Error(`expected --timeout in whole milliseconds, got "${values.timeout}"`);
  }

  const files =
    values.file?.map((file) => resolve(file)) ??
    selectTests(await discoverTests(resolve(root, 'tests')), positionals, root);
  startCollecting(timeoutMs);
  for (const file of files) await runAndPrint(file);

  await settleProcess();
  const late = takeOrphans();
  if (late.length > 0) print({ ...emptyOutcome(), failures: [{ title: 'after the last test', errors: late }] });
  printLists();
  if (total.passed + total.failures.length > 0) return total.failures.length > 0 ? 1 : 0;
  process.stdout.write('nothing ran\n');
  return 1;
}

async function runAndPrint(file: string): Promise<void> {
  const startedMs = performance.now();
  const outcome = await runFile(file);
  const counts = [`${outcome.passed} passed`];
  if (outcome.failures.length > 0) counts.push(pc.red(`${outcome.failures.length} failed`));
  if (outcome.skips.length > 0) counts.push(pc.yellow(`${outcome.skips.length} skipped`));
  const mark = outcome.failures.length > 0 ? pc.red('x') : pc.green('+');
  const took = pc.dim(`${(performance.now() - startedMs).toFixed(0)} ms`);
  process.stdout.write(`${mark} ${relative(root, file)}  ${counts.join(', ')}  ${took}\n`);
  print(outcome);
}

function print(outcome: Outcome): void {
  for (const failure of outcome.failures) process.stdout.write(`${formatFailure(failure)}\n`);
  addOutcome(total, outcome);
}

/** At the end of a long run the failures have scrolled away: name them again, and say what did not run. */
function printLists(): void {
  const lines: string[] = [];
  if (total.failures.length > 0) lines.push('', 'Failed:', ...total.failures.map(({ title }) => `  ${title}`));
  if (total.skips.length > 0)
    lines.push('', 'Skipped:', ...total.skips.map((skip) => `  ${skip.title}: ${skip.reason}`));
  process.stdout.write(`${lines.join('\n')}\n`);
}
