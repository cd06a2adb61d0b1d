import { counted } from '../../report/counted.ts';
import { randomInt } from 'node:crypto';
import { interopExitCode, runInterop, type InteropProgress } from '../../interop/run-interop.ts';
import type { InteropResult } from '../../interop/result.ts';
import { DEFAULT_PROFILE_NAME, parseProfile } from '../../profile/index.ts';
import { printable, printableJson } from '../../report/escape.ts';
import { writeInteropPage } from '../../report/interop/write-page.ts';
import { choosePods } from '../interop/choose-pods.ts';
import { namedEnds, planInterop } from '../interop/ends.ts';
import type { InteropFlags } from '../interop/flags.ts';
import { interopText, pairHeading } from '../interop/text.ts';
import { stopOnInterrupt } from '../interrupts.ts';
import { makeOutputFolder, removeIfEmpty, shownPath } from '../output-folder.ts';
import { createProgress, type Progress } from '../progress.ts';
import type { Services } from '../services.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { runInUserNamespace } from '../user-namespace.ts';
import { toolVersion } from '../version.ts';

/** Plays every end against every other one, writes the results and returns the exit code (docs/interop.md). */
export const interopCommand = async (
  terminal: Terminal,
  services: Services,
  texts: readonly string[],
  flags: InteropFlags,
): Promise<number> => {
  const profile = parseProfile(flags.profile ?? DEFAULT_PROFILE_NAME);
  if (profile.switches.outerFamily === 'ipv6')
    throw new UsageError(
      `--profile ${profile.name}: expected an outer IPv4 header, because the network between the nodes is IPv4`,
    );
  const named = namedEnds(texts, flags);
  const isInNamespaces = [...named.each, ...named.n1, ...named.n2].some(({ node }) => node === 'netns');
  if (isInNamespaces || flags.pods === 'kernel') {
    const elsewhere = await runInUserNamespace(terminal);
    if (elsewhere !== undefined) return elsewhere;
  }
  const seed = flags.seed ?? String(randomInt(2 ** 32));
  const podsOf = await choosePods(flags.pods);
  const plan = await planInterop(named, flags, services, profile, seed);
  using progress = createProgress(terminal, { quiet: flags.quiet === true });
  using interrupts = stopOnInterrupt(terminal, 'stopping and writing the results', progress);
  const folder = await makeOutputFolder(flags.out, new Date());
  const shown = shownPath(folder);
  if (flags.quiet !== true)
    terminal.err(
      printable(`proto41: ${counted(plan.pairs.length, 'pair')}, ${profile.name}, seed ${seed}; results in ${shown}`) +
        '\n',
    );
  let result: InteropResult;
  try {
    result = await runInterop({
      ...plan,
      podsOf,
      skippedEnds: plan.skipped,
      profile,
      seed,
      strict: flags.strict === true,
      withExpectations: flags.expectations,
      evidence: flags.evidence === 'all' ? 'all' : 'notable',
      outFolder: folder,
      registry: await services.loadRegistry(),
      toolVersion: toolVersion(),
      signal: interrupts.signal,
      onProgress: progressView(terminal, progress, flags),
    });
  } catch (error) {
    await removeIfEmpty(folder);
    throw error;
  }
  progress[Symbol.dispose]();
  await writeInteropPage(folder, result, interopExitCode(result));
  report(terminal, flags, result, shown);
  return interopExitCode(result);
};

const report = (terminal: Terminal, flags: InteropFlags, result: InteropResult, folder: string): void => {
  const isJson = flags.json === true;
  const palette = isJson ? terminal.errPalette : terminal.outPalette;
  const text = interopText(result, { palette, quiet: flags.quiet === true, verbose: flags.verbose === true, folder });
  if (isJson) {
    terminal.err(text);
    terminal.out(`${printableJson(result)}\n`);
  } else terminal.out(text);
};

/** One line for each pair that is done, and what is being worked on. */
const progressView =
  (terminal: Terminal, progress: Progress, flags: InteropFlags): ((event: InteropProgress) => void) =>
  (event) => {
    switch (event.kind) {
      case 'pair':
        progress.phase(`pair ${String(event.index + 1)} of ${String(event.total)}: ${event.n1} and ${event.n2}`);
        break;
      case 'step':
        progress.detail(event.step);
        break;
      case 'message':
        progress.detail(event.message);
        if (flags.verbose === true && !terminal.isInteractive) terminal.err(`proto41: ${printable(event.message)}\n`);
        break;
      case 'done':
        if (flags.quiet === true) break;
        progress.around(() => {
          terminal.err(`${pairHeading(event.pair, terminal.errPalette)}\n`);
        });
    }
  };
