import { installCommand, isDebianLike, readOsRelease, SYSTEM_REQUIREMENTS } from '../../../scripts/requirements.mjs';
import { printable } from '../../report/escape.ts';
import { examine } from './examine.ts';

/** Why the default run is impossible here, in lines: what is missing and the one command that installs it; undefined when it is not. */
export const obstacleToDefaultRun = async (): Promise<string[] | undefined> => {
  const { checks, defaultRunPossible } = await examine({ quick: true });
  if (defaultRunPossible) return undefined;
  const missing = checks.filter(({ state, neededForDefaultRun }) => state === 'missing' && neededForDefaultRun);
  const names = new Set(missing.map(({ name }) => name));
  const packages = SYSTEM_REQUIREMENTS.filter(({ command }) => names.has(command)).map(
    ({ debianPackage }) => debianPackage,
  );
  const others = missing.filter(({ name }) => !SYSTEM_REQUIREMENTS.some(({ command }) => command === name));
  const lines = missing.map(({ name, found }) => `missing: ${name} (${found})`);
  if (packages.length > 0) {
    const command = installCommand(packages, { asRoot: process.getuid?.() === 0 });
    lines.push(
      isDebianLike(readOsRelease())
        ? `install: ${command}`
        : `install with your package manager; on Debian and Ubuntu: ${command}`,
    );
  }
  lines.push(...others.flatMap(({ remedy }) => (remedy === undefined ? [] : [`then: ${remedy}`])));
  return lines.map(printable);
};
