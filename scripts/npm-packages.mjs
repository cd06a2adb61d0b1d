/** Whether node_modules holds what package-lock.json asks for, by content: file times lie after a checkout or a copy. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Why `npm ci` has to run in a folder, or undefined when it does not.
 *
 * @param withDevelopment whether the development dependencies have to be there too
 */
export function whyInstallNeeded(folder, { withDevelopment }) {
  const wanted = readPackages(join(folder, 'package-lock.json'));
  // npm leaves a copy of the lock file that describes what it has really installed; it is written last.
  const installed = readPackages(join(folder, 'node_modules', '.package-lock.json'));
  if (wanted === undefined) return undefined;
  if (installed === undefined) return 'npm packages are not installed';

  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || (entry.dev && !withDevelopment)) continue;
    const found = installed[path];
    // Optional packages for other platforms stay away.
    if (found === undefined && (entry.optional || entry.devOptional)) continue;
    if (found?.version !== entry.version) return 'npm packages differ from package-lock.json';
  }
  return undefined;
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
