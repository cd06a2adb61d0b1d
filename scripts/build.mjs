/**
 * Makes `dist/` for the npm package: the TypeScript as JavaScript with declarations, and everything that it reads, in the same places.
 *
 * Usage: node scripts/build.mjs, from `prepack`. The package then runs on plain Node, without tsx.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'dist');

/** Folders of which everything but TypeScript is copied. */
const WITH_ASSETS = ['docker', 'harness', 'suites', 'targets', 'scripts', 'schema', 'captures'];

rmSync(DIST, { recursive: true, force: true });
// Not npx, which would look for the program on the Internet where it is missing.
execFileSync(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
for (const folder of WITH_ASSETS.filter((name) => existsSync(join(ROOT, name)))) {
  cpSync(join(ROOT, folder), join(DIST, folder), {
    recursive: true,
    // Links of one target into another would be left out of the package.
    dereference: true,
    filter: (source) => !source.endsWith('.ts'),
  });
}
// The version is read from there.
cpSync(join(ROOT, 'package.json'), join(DIST, 'package.json'));
