/** Every command that a page shows is run, page by page, in a folder of the page's own. */

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  [/--slow/, 'waits for timers of minutes'],
  [/--modules/, 'needs a kernel of its own'],
];

/** 0 and 1 are results, 4 is one where nothing applies here. A page must show nothing that ends in any other way. */
const RESULTS = [0, 1, 4];

const runnable = ({ text }: DocumentedCommand): boolean => !NOT_RUN.some(([pattern]) => pattern.test(text));

const asRunHere = (text: string): string =>
  text
    .replace(/^npm start --(?= )/, `"${process.execPath}" --import tsx "${join(ROOT, 'run.ts')}"`)
    .replace(/^npm start$/, `"${process.execPath}" --import tsx "${join(ROOT, 'run.ts')}" run`);

for (const page of PAGES) {
  const commands = commandsOf(page).filter(runnable);
  if (commands.length === 0) continue;
  test(`${page}: ${String(commands.length)} commands`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proto41-docs-'));
    try {
      // The name that the pages give to an implementation of the reader's.
      await cp(join(ROOT, 'targets', 'linux-sit'), join(folder, 'my-overlay'), { recursive: true });
      await cp(join(ROOT, 'captures'), join(folder, 'captures'), { recursive: true, force: true }).catch(
        () => undefined,
      );
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
