/**
 * Makes `npm start` and `npm test` work on a fresh clone: installs what is missing, or prints the command that does.
 *
 * Usage: node scripts/bootstrap.mjs start|test, from `prestart` and `pretest`. PROTO41_BOOTSTRAP=off switches it off.
 * Fails only without a supported Node or without npm packages; a missing program costs only what needs it.
 */

import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findUncompiled, whyInstallNeeded } from './npm-packages.mjs';
import {
  findCommand,
  findMissing,
  installCommand,
  isDebianLike,
  isNodeSupported,
  MINIMUM_NODE,
  readOsRelease,
} from './requirements.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FAILURE_RECORD = join(ROOT, 'node_modules', '.cache', 'proto41-bootstrap.json');

/** After a failed system install, `npm start` does not try again for this long: offline, each try takes its time. */
const RETRY_AFTER_MS = 10 * 60 * 1000;

const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|Temporary failure resolving|Could not (?:resolve|connect)/;

if (process.env.PROTO41_BOOTSTRAP !== 'off') process.exitCode = await bootstrap(process.argv[2] ?? 'start');

async function bootstrap(script) {
  if (script !== 'start' && script !== 'test') {
    say(`expected "start" or "test", got "${script}"`);
    return 2;
  }
  if (!isNodeSupported(process.version)) {
    say(`expected Node ${MINIMUM_NODE} or newer, found ${process.version} (${process.execPath})`);
    say('install a newer one from https://nodejs.org or with your version manager, then run this again');
    return 1;
  }
  const obstacle = whyNoTemporaryFiles();
  if (obstacle !== undefined) {
    say(`expected a folder for temporary files that can be written, found ${obstacle}; set TMPDIR to one`);
    return 2;
  }
  if (script === 'start') {
    const exitCode = await installNpmPackages(script);
    if (exitCode === 0) await installSystemPackages(script);
    return exitCode;
  }
  // In this order, because packages are compiled with what the system brings.
  await installSystemPackages(script);
  const exitCode = await installNpmPackages(script);
  if (exitCode === 0) await compilePackages();
  return exitCode;
}

/** tsx, which runs the TypeScript, keeps its work there, and says nothing but a stack where it cannot. */
function whyNoTemporaryFiles() {
  try {
    accessSync(tmpdir(), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `${tmpdir()} (${error.code})`;
  }
}

async function installNpmPackages(script) {
  const forTests = script === 'test';
  const reason = whyInstallNeeded(ROOT, { withDevelopment: forTests, withOptional: forTests });
  if (reason === undefined) return 0;
  // Without scripts nothing is compiled, and nothing is left out because it could not be. Optional packages cannot be left out
  // alone: the programs of koffi and esbuild for this platform are such packages of theirs.
  const parameters = ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  // NODE_ENV=production would leave out what the tests are made of.
  if (forTests) parameters.push('--include=dev', '--include=optional');
  say(`${reason}; running: npm ${parameters.join(' ')}`);

  const result = await runNpm(parameters);
  if (result.ok) return 0;
  process.stderr.write(withoutNpmNoise(result.output));
  say(OFFLINE.test(result.output) ? 'the npm registry cannot be reached' : 'npm could not install the packages');
  say('run this when that is settled: npm ci');
  return 1;
}

/** Without these packages only the wires are missing that are made of them, so nothing here is fatal. */
async function compilePackages() {
  const packages = findUncompiled(ROOT);
  if (packages.length === 0 || failedRecently(packages)) return;
  const parameters = ['rebuild', '--no-audit', '--no-fund', ...packages];
  say(`compiling ${packages.join(' and ')}; running: npm ${parameters.join(' ')}`);
  const result = await runNpm(parameters);
  const left = findUncompiled(ROOT);
  if (result.ok && left.length === 0) return;
  process.stderr.write(withoutNpmNoise(result.output));
  say(`${left.join(' and ')} could not be compiled; going on without, later run: npm ${parameters.join(' ')}`);
  recordFailure(packages);
}

function runNpm(parameters) {
  const npm = process.env.npm_execpath;
  return npm?.endsWith('npm-cli.js') ? run(process.execPath, [npm, ...parameters]) : run('npm', parameters);
}

async function installSystemPackages(script) {
  const missing = findMissing(script);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(({ debianPackage }) => debianPackage))];
  const asRoot = process.getuid?.() === 0;
  const command = installCommand(packages, { asRoot });

  if (!isDebianLike(readOsRelease()) || findCommand('apt-get') === undefined) {
    for (const { command: program, why } of missing) say(`${program} is missing (it ${why})`);
    say(`install them with your package manager; on Debian and Ubuntu: ${command}`);
    return;
  }
  if (!asRoot || failedRecently(packages)) {
    say(`missing: ${missing.map((requirement) => requirement.command).join(', ')}; run: ${command}`);
    return;
  }

  say(`installing ${packages.join(', ')} with apt-get`);
  // A failed update is not the end: the lists at hand may do.
  const update = await runApt(['update']);
  const install = await runApt(['install', '-y', '--no-install-recommends', ...packages]);
  if (install.ok) return;
  process.stderr.write(`${update.ok ? '' : update.output}${install.output}`);
  const offline = OFFLINE.test(update.output + install.output);
  say(
    `${offline ? 'the package archive cannot be reached' : 'apt-get failed'}; going on without, later run: ${command}`,
  );
  recordFailure(packages);
}

function runApt(parameters) {
  const options = ['-q', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20', '-o', 'DPkg::Lock::Timeout=60'];
  return run('apt-get', [...options, ...parameters], { DEBIAN_FRONTEND: 'noninteractive' });
}

/** Runs a program to its end and keeps what it prints. On Ctrl-C the program ends first, then this process. */
function run(program, parameters, environment = {}) {
  return new Promise((resolve) => {
    let output = '';
    let interruptedBy;
    const interrupt = (signal) => {
      interruptedBy = signal;
      child.kill(signal);
    };
    // Before the program starts: a signal between the two would end this process and leave the program behind.
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
    const child = spawn(program, parameters, {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);

    const finish = (ok) => {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      if (interruptedBy !== undefined) {
        say(`interrupted; ${program} had not finished, the next start picks it up again`);
        process.exit(interruptedBy === 'SIGINT' ? 130 : 143);
      }
      resolve({ ok, output });
    };
    child.once('error', (error) => {
      output += `${program}: ${error.message}\n`;
      finish(false);
    });
    child.once('close', (code) => finish(code === 0));
  });
}

function failedRecently(packages) {
  const failed = recentFailures();
  return packages.every((name) => failed.includes(name));
}

function recentFailures() {
  try {
    const record = JSON.parse(readFileSync(FAILURE_RECORD, 'utf8'));
    return Date.now() - record.timeMs < RETRY_AFTER_MS ? record.packages : [];
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return [];
    throw error;
  }
}

function recordFailure(packages) {
  // Where npm has installed nothing yet, a folder of ours must not look as if it had.
  if (!existsSync(join(ROOT, 'node_modules'))) return;
  mkdirSync(dirname(FAILURE_RECORD), { recursive: true });
  writeFileSync(FAILURE_RECORD, JSON.stringify({ timeMs: Date.now(), packages: [...recentFailures(), ...packages] }));
}

function withoutNpmNoise(output) {
  return output.replace(/^npm warn Unknown (?:user|env|project|global) config .*\n/gm, '');
}

/** To standard error: the output of `proto41 --json` has to stay clean. */
function say(message) {
  process.stderr.write(`proto41: ${message}\n`);
}
