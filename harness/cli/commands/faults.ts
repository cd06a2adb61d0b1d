import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printableJson } from '../../report/escape.ts';
import { faultPage } from '../../report/html/fault-page.ts';
import { countFaults, countsByArea, exitCodeOfScore, type FaultScore } from '../../runner/fault-score/score.ts';
import type { Area } from '../../runner/requirement.ts';
import { scoreText } from '../faults/text.ts';
import { stopOnInterrupt } from '../interrupts.ts';
import { makeOutputFolder, shownPath } from '../output-folder.ts';
import { createProgress } from '../progress.ts';
import type { Services } from '../services.ts';
import type { Terminal } from '../terminal.ts';
import { toolVersion } from '../version.ts';

/** What commander makes of the flags of `faults`. */
export interface FaultsFlags {
  readonly fault?: readonly string[];
  readonly area?: readonly Area[];
  readonly allCases?: boolean;
  readonly seed?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Measures how many faults of the reference the cases catch, and returns the exit code. */
export const faultsCommand = async (terminal: Terminal, services: Services, flags: FaultsFlags): Promise<number> => {
  const { measureFaults, planFaults } = await import('../../runner/fault-score/index.ts');
  const registry = await services.loadRegistry();
  const plan = planFaults(registry, await services.faultNames(), {
    ...(flags.fault === undefined ? {} : { faultGlobs: flags.fault }),
    ...(flags.area === undefined ? {} : { areas: flags.area }),
  });
  const folder = flags.out === undefined ? undefined : await makeOutputFolder(flags.out, new Date());
  const createTestbed = await services.loadTester();
  using progress = createProgress(terminal, { quiet: false });
  using interrupts = stopOnInterrupt(terminal, 'stopping and reporting what was measured', progress);
  progress.phase(`switching on ${String(plan.faults.length)} faults of the reference, one at a time`);
  const score = await measureFaults({
    registry,
    plan,
    startReference: services.startFaultyReference,
    createTestbed,
    toolVersion: toolVersion(),
    signal: interrupts.signal,
    allCases: flags.allCases === true,
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    onProgress: (fault, done, total) => {
      progress.cases(done, total);
      progress.current(fault);
    },
  });
  progress[Symbol.dispose]();
  const json = `${printableJson(scoreFacts(score))}\n`;
  terminal.out(
    flags.json === true
      ? json
      : scoreText(score, {
          palette: terminal.outPalette,
          verbose: flags.verbose === true,
          ...(folder === undefined ? {} : { folder: shownPath(folder) }),
        }),
  );
  if (folder !== undefined) {
    await Promise.all([
      writeFile(join(folder, 'faults.html'), faultPage(score)),
      writeFile(join(folder, 'faults.json'), json),
    ]);
  }
  return exitCodeOfScore(score);
};

const scoreFacts = (score: FaultScore): Readonly<Record<string, unknown>> => ({
  counts: countFaults(score),
  areas: countsByArea(score),
  ...score,
});
