/** Every command that a page shows is run, page by page, in a folder of the page's own. */

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { assert, suite } from '../support/suite.ts';
import { commandsOf, PAGES, ROOT, type DocumentedCommand } from './documented-commands.ts';

const test = suite('docs/commands', { timeoutMs: 600_000 });

/** What this test cannot run, and why. */
const NOT_RUN: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^npm test\b|^\.ci\/run/, 'would run this test again'],
  [/^npm (run check|run format|install)\b/, 'is run by continuous integration, or changes the checkout'],
  [/^npm run (corpus|soak|bench)/, 'takes minutes'],
  [/--kernel all|--kernel trixie|--repeat 20/, 'takes minutes, and differs only in its kernel'],
  [/--property-packets 100000/, 'takes minutes'],
  [/pods\.pcap|^tcpdump/, 'needs captures of both sides of a node, or the right to capture'],
  [/--slow/, 'waits for timers of minutes'],
  [/--debug/, 'needs a terminal, and is tested with one (tests/cli/debug)'],
  [/--modules/, 'needs a kernel of its own'],
  [/bench overlays/, 'takes minutes; the smallest comparison is a test of its own (tests/bench/overlays)'],
  [/interop$/, 'takes minutes: every target that ships, on every kernel'],
];

/** What `npm start --` comes down to, from any folder. */
const PROTO41 = `"${process.execPath}" "${join(ROOT, 'bin', 'proto41.js')}"`;

/** 0 and 1 are results, 4 is one where nothing applies here. A page must show nothing that ends in any other way. */
const RESULTS = [0, 1, 4];

const runnable = ({ text }: DocumentedCommand): boolean => !NOT_RUN.some(([pattern]) => pattern.test(text));

/** A run is one of a few cases: that all of them run is shown elsewhere, here it is that the command means what it says. */
const FEW_CASES = " --case 'encap.p*' --case 'encap.v*'";

const asRunHere = (text: string): string => {
  const command = text
    .replace(/^npm start --(?: --)?(?= )|^npm start --silent --(?= )/, PROTO41)
    .replace(/^npm start$/, `${PROTO41} run`);
  const isWhole = / run(?: |$)/.test(command) && !command.includes('--case');
  if (!isWhole) return command;
  const [before = '', ...redirected] = command.split(' > ');
  return [`${before}${FEW_CASES}`, ...redirected].join(' > ');
};

for (const page of PAGES) {
  const commands = commandsOf(page).filter(runnable);
  if (commands.length === 0) continue;
  test(`${page}: ${String(commands.length)} commands`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proto41-docs-'));
    try {
      // The name that the pages give to an implementation of the reader's.
      await cp(join(ROOT, 'targets', 'linux-sit'), join(folder, 'my-overlay'), { recursive: true });
      const capture = join(ROOT, 'captures', 'address.6rd-embedded-bits.good.pcapng');
      await cp(capture, join(folder, 'capture.pcapng'));
      await writeFile(join(folder, 'capture.pcap.gz'), gzipSync(await readFile(capture)));
      for (const { place, text } of commands) {
        const run = await execa(asRunHere(text), {
          cwd: folder,
          shell: '/bin/bash',
          reject: false,
          preferLocal: true,
          localDir: ROOT,
        });
        assert.ok(
          RESULTS.includes(run.exitCode ?? -1),
          `${place}: ${text}\nended with ${String(run.exitCode)}\n${run.stderr.slice(-600)}`,
        );
        // A program that never started ends with 1 as well.
        assert.ok(
          run.stdout !== '' || text.includes('>'),
          `${place}: ${text}\nsaid nothing\n${run.stderr.slice(-600)}`,
        );
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test('the pages are found, and so are their commands', () => {
  assert.ok(PAGES.includes('docs/getting-started.md'));
  assert.ok(commandsOf('README.md').length > 10);
  assert.equal(
    commandsOf('x.md', "text\n```sh\nnpm start   # comment\nrun --case 'a # b'\n```\n```text\nno command\n```\n"),
    [
      { place: 'x.md:3', text: 'npm start' },
      { place: 'x.md:4', text: "run --case 'a # b'" },
    ],
  );
});

test.run();
