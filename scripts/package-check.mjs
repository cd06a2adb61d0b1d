/**
 * Tries the npm package with other versions of Node, which it fetches from the npm registry into a folder that it removes again.
 *
 * Usage: node scripts/package-check.mjs [major version...], 20, 22 and 24 unless given
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const VERSIONS = process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24'];

/** The program alone, out of the package that the npm package `node` is made of. */
const fetchNode = (version, folder) => {
  const name = `node-${process.platform}-${process.arch}@${version}`;
  mkdirSync(folder);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, name], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [tarball = ''] = readdirSync(folder);
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', folder, 'package/bin/node']);
  return join(folder, 'package', 'bin', 'node');
};

const folder = mkdtempSync(join(tmpdir(), 'proto41-nodes-'));
try {
  for (const version of VERSIONS) {
    const node = fetchNode(version, join(folder, version));
    console.log(`Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`);
    execFileSync(process.execPath, ['--import', 'tsx', 'tests/run.ts', 'tests/end-to-end/package'], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, PROTO41_PACKAGE_NODE: node },
    });
  }
} catch (error) {
  // What failed has said so itself.
  if (typeof error?.status !== 'number') throw error;
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
