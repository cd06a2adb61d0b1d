/** Whether node_modules holds what package-lock.json asks for, by content: file times lie after a checkout or a copy. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Why `npm ci` has to run in a folder, or undefined when it does not.
 *
 * @param withDevelopment whether the development dependencies have to be there too
 * @param withOptional whether the optional dependencies of Proto41 itself have to be there too
 */
export function whyInstallNeeded(folder, { withDevelopment, withOptional = false }) {
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
  const optional = withOptional ? Object.keys(wanted['']?.optionalDependencies ?? {}) : [];
  const absent = optional.filter((name) => installed[`node_modules/${name}`] === undefined);
  return absent.length === 0 ? undefined : `optional npm packages are not installed: ${absent.join(', ')}`;
}

/** Packages with C++ in them that work only once it is compiled, and what the compiler makes. */
const COMPILED = { pcap: 'build/Release/pcap_binding.node', cap: 'build/Release/cap.node' };

/** The packages that are there, but not compiled. */
export function findUncompiled(folder) {
  return Object.entries(COMPILED)
    .filter(([name]) => existsSync(join(folder, 'node_modules', name, 'package.json')))
    .filter(([name, product]) => !existsSync(join(folder, 'node_modules', name, product)))
    .map(([name]) => name);
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
