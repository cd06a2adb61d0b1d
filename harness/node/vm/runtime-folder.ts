import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf, ownIdentity, parseIdentity, processState } from '../process-identity.ts';

/** Before the id of the owner: who is killed before the file with its identity is written can be told from the name. */
const PREFIX = 'proto41-vm-';
const OWNER_FILE = 'owner.json';
const MACHINE_FILE = 'machine.json';
/** `sun_path` of unix(7) holds 108 bytes, the last of them zero; `/control.sock` is the longest name in the folder. */
const MAXIMUM_FOLDER_BYTES = 107 - '/control.sock'.length;

/** The private folder of one running machine: sockets, console log, and who owns it. */
export interface RuntimeFolder extends AsyncDisposable {
  readonly path: string;
  /** Tells a later start which process to end should this one die without a chance to do so. */
  recordMachine(pid: number): Promise<void>;
}

export const createRuntimeFolder = async (): Promise<RuntimeFolder> => {
  const prefix = `${PREFIX}${String(process.pid)}-`;
  const base = Buffer.byteLength(join(tmpdir(), `${prefix}XXXXXX`)) <= MAXIMUM_FOLDER_BYTES ? tmpdir() : '/tmp';
  await sweepRuntimeFolders(base);
  const path = await mkdtemp(join(base, prefix)); // mode 0700
  await writeFile(join(path, OWNER_FILE), JSON.stringify(ownIdentity()));
  // Also on process.exit() and on an exception that nobody handles, when nothing asynchronous runs any more.
  const onExit = (): void => {
    endMachine(readIdentity(path, MACHINE_FILE));
    rmSync(path, { recursive: true, force: true });
  };
  process.on('exit', onExit);
  return {
    path,
    recordMachine: async (pid) => {
      const identity = identityOf(pid);
      if (identity !== undefined) await writeFile(join(path, MACHINE_FILE), JSON.stringify(identity));
    },
    [Symbol.asyncDispose]: async () => {
      process.off('exit', onExit);
      await rm(path, { recursive: true, force: true });
    },
  };
};

/** Removes what killed processes left behind, with their machines should one still run; returns the folders removed. */
export const sweepRuntimeFolders = async (base: string = tmpdir()): Promise<string[]> => {
  const swept: string[] = [];
  for (const name of await readdir(base)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(base, name);
    if (!(await isAbandoned(path, name))) continue;
    endMachine(readIdentity(path, MACHINE_FILE));
    await rm(path, { recursive: true, force: true });
    swept.push(path);
  }
  return swept;
};

type Identity = ReturnType<typeof parseIdentity>;

const isAbandoned = async (path: string, name: string): Promise<boolean> => {
  let owner: Identity;
  try {
    owner = parseIdentity(await readFile(join(path, OWNER_FILE), 'utf8'));
  } catch (error) {
    // That of another user cannot be read, and is not ours to remove.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) return false;
  }
  if (owner !== undefined) return processState(owner) === 'gone';
  const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
  return pid !== undefined && identityOf(Number(pid)) === undefined;
};

const readIdentity = (path: string, name: string): Identity => {
  try {
    return parseIdentity(readFileSync(join(path, name), 'utf8'));
  } catch {
    return undefined; // no machine was started
  }
};

const endMachine = (machine: Identity): void => {
  if (machine === undefined || processState(machine) !== 'running') return;
  try {
    process.kill(machine.pid, 'SIGKILL');
  } catch {
    // It ended between the two calls.
  }
};
