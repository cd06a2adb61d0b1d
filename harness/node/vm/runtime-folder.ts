import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf, ownIdentity, parseIdentity, processState } from '../process-identity.ts';

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
  const base = Buffer.byteLength(join(tmpdir(), `${PREFIX}XXXXXX`)) <= MAXIMUM_FOLDER_BYTES ? tmpdir() : '/tmp';
  await sweepRuntimeFolders(base);
  const path = await mkdtemp(join(base, PREFIX)); // mode 0700
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
    const owner = await readOwner(path);
    if (owner === undefined || processState(owner) !== 'gone') continue;
    endMachine(readIdentity(path, MACHINE_FILE));
    await rm(path, { recursive: true, force: true });
    swept.push(path);
  }
  return swept;
};

type Identity = ReturnType<typeof parseIdentity>;

/** Undefined also for a folder that is just being made, or belongs to another user. */
const readOwner = async (path: string): Promise<Identity> => {
  try {
    return parseIdentity(await readFile(join(path, OWNER_FILE), 'utf8'));
  } catch {
    return undefined;
  }
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
