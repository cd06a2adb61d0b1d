import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OVERLAYS } from '../../bench/overlays/kinds/index.ts';
import type { OverlaysResult } from '../../bench/overlays/result.ts';
import { runOverlays } from '../../bench/overlays/run-overlays.ts';
import { overlaysMarkdown, overlaysText } from '../../bench/overlays/text.ts';
import { parseKernelChoice } from '../../node/vm/kernel-choice.ts';
import { printableJson } from '../../report/escape.ts';
import { overlaysPage } from '../../report/html/overlays-page.ts';
import { EXIT } from '../../runner/exit-code.ts';
import { stopOnInterrupt } from '../interrupts.ts';
import { makeOutputFolder, removeIfEmpty, shownPath } from '../output-folder.ts';
import { createProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { toolVersion } from '../version.ts';
import { overlaysMethod, type OverlaysFlags } from './overlays-flags.ts';

const FILES = { json: 'overlays.json', markdown: 'overlays.md', html: 'overlays.html' } as const;

/** Compares the alternatives. Exit code 0, 1 when something could not be measured, 3 without a machine, 130 interrupted. */
export const overlaysCommand = async (terminal: Terminal, flags: OverlaysFlags): Promise<number> => {
  const method = overlaysMethod(flags);
  const kernel = flags.kernel === undefined ? undefined : parseKernelChoice(flags.kernel);
  const overlays = OVERLAYS.filter(({ id }) => flags.overlay?.includes(id) !== false);
  using progress = createProgress(terminal, { quiet: flags.quiet === true });
  using interrupts = stopOnInterrupt(terminal, 'stopping and reporting what was measured', progress);
  const folder = flags.out === undefined ? undefined : await makeOutputFolder(flags.out, new Date());
  progress.phase('comparing overlays on vm');
  let result: OverlaysResult;
  try {
    result = await runOverlays({
      overlays,
      method,
      toolVersion: toolVersion(),
      signal: interrupts.signal,
      boot: {
        ...(kernel === undefined ? {} : { kernel }),
        onProgress: (message) => {
          progress.detail(message);
        },
      },
      onProgress: ({ name, done }) => {
        progress.cases(Math.round(done * 100), 100);
        progress.current(name);
      },
    });
  } catch (error) {
    if (folder !== undefined) await removeIfEmpty(folder);
    throw error;
  }
  progress[Symbol.dispose]();
  if (folder !== undefined) {
    await Promise.all([
      writeFile(join(folder, FILES.json), `${JSON.stringify(result, undefined, 2)}\n`),
      writeFile(join(folder, FILES.markdown), overlaysMarkdown(result)),
      writeFile(join(folder, FILES.html), overlaysPage(result)),
    ]);
    terminal.err(`proto41: results in ${shownPath(folder)}\n`);
  }
  terminal.out(flags.json === true ? `${printableJson(result)}\n` : overlaysText(result));
  if (result.interrupted) return EXIT.interrupted;
  return result.rows.some(({ notMeasured }) => notMeasured.length > 0) ? EXIT.unexpected : EXIT.expected;
};
