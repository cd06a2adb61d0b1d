import { EXIT } from '../../runner/exit-code.ts';
import { shellCommand } from '../../runner/rerun.ts';
import { printableLines } from '../../report/escape.ts';
import type { Services } from '../services.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** What commander makes of the flags of `import`. */
export interface ImportFlags {
  readonly name: string;
  readonly requirement?: string;
}

/** Makes a finding a case that stays, and returns the exit code. */
export const importCommand = async (
  terminal: Terminal,
  services: Services,
  file: string,
  { name, requirement }: ImportFlags,
): Promise<number> => {
  const [{ openRecording }, { REGRESSIONS_FOLDER, saveRegression }] = await Promise.all([
    import('../../replay/open-recording.ts'),
    import('../../replay/regressions.ts'),
  ]);
  const { recording } = await openRecording(file, {});
  const ids = [...new Set(recording.findings.map((finding) => finding.requirement))];
  const finding = recording.findings.find((each) => requirement === undefined || each.requirement === requirement);
  if (finding === undefined)
    throw new UsageError(
      `import: expected a finding of ${requirement ?? 'the capture'}, found ${ids.join(', ') || 'none'}`,
    );
  if (requirement === undefined && ids.length > 1)
    throw new UsageError(`import: expected --requirement with one of ${ids.join(', ')}`);
  const registry = await services.loadRegistry();
  if (registry.requirement(finding.requirement) === undefined)
    throw new UsageError(`import: expected a requirement of the catalogue, found ${finding.requirement}`);
  if (registry.case(`${finding.requirement}/${name}`) !== undefined)
    throw new UsageError(`import --name ${name}: expected a new name, found the case ${finding.requirement}/${name}`);
  const id = await saveRegression(REGRESSIONS_FOLDER, recording, finding, name);
  const command = shellCommand(['run', '--case', id, '--profile', recording.profileText]);
  terminal.out(
    `${printableLines(`${id} is a case from now on, in ${REGRESSIONS_FOLDER}. Run it with:\n${command}`).join('\n')}\n`,
  );
  return EXIT.expected;
};
