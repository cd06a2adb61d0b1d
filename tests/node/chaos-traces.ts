/** What runs leave behind on a machine, as it can be seen from outside. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { execa } from 'execa';
import { parseIdentity, processState } from '../../harness/node/process-identity.ts';

export interface Traces {
  readonly processes: readonly string[];
  readonly namespaces: readonly string[];
  readonly interfaces: readonly string[];
  readonly mounts: readonly string[];
  readonly sockets: readonly string[];
  readonly temporary: readonly string[];
  readonly containers: readonly string[];
}

export const NOTHING: Traces = {
  processes: [],
  namespaces: [],
  interfaces: [],
  mounts: [],
  sockets: [],
  temporary: [],
  containers: [],
};

export interface Runs {
  /** In the environment of every process of them. */
  readonly word: string;
  /** Holds everything that they are given, and nothing else does. */
  readonly folder: string;
  /** Their folder for temporary files, inside of it. */
  readonly temporary: string;
}

/** The parts of the machine that everybody shares, before the first run. */
export interface Machine {
  readonly interfaces: readonly string[];
  readonly namespaces: readonly string[];
  /** Where docker keeps its containers; undefined where there is no docker. */
  readonly dockerRoot: string | undefined;
}

export const lookAtMachine = async (hasDocker: boolean): Promise<Machine> => ({
  interfaces: await readdir('/sys/class/net'),
  namespaces: await namedNamespaces(),
  dockerRoot: hasDocker ? (await docker('info', '--format', '{{.DockerRootDir}}'))[0] : undefined,
});

export const tracesOf = async ({ word, folder, temporary }: Runs, before: Machine): Promise<Traces> => {
  const { processes, namespaces } = await processesOf(word);
  const named = await namedNamespaces();
  const sockets = (await readFile('/proc/net/unix', 'utf8')).split('\n').filter((line) => line.includes(folder));
  // The loader of TypeScript keeps what it has made there.
  const files = (await readdir(temporary)).filter((name) => !name.startsWith('tsx-'));
  return {
    processes,
    namespaces: [...namespaces, ...named.filter((name) => !before.namespaces.includes(name))],
    interfaces: (await readdir('/sys/class/net')).filter((name) => !before.interfaces.includes(name)),
    mounts: await mountsOf(folder, before.dockerRoot),
    sockets,
    temporary: files,
    containers: before.dockerRoot === undefined ? [] : await orphanedContainers(),
  };
};

/** Until nothing is left, or for ten seconds: the kernel ends what is in a space after its first process, and takes namespaces away after that. */
export const tracesAfterAWhile = async (runs: Runs, before: Machine): Promise<Traces> => {
  let left = await tracesOf(runs, before);
  for (let waited = 0; JSON.stringify(left) !== JSON.stringify(NOTHING) && waited < 400; waited += 1) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    left = await tracesOf(runs, before);
  }
  return left;
};

const docker = async (...parameters: readonly string[]): Promise<readonly string[]> =>
  (await execa('docker', parameters)).stdout.split('\n').filter((line) => line !== '');

const namedNamespaces = async (): Promise<readonly string[]> => {
  try {
    return await readdir('/run/netns');
  } catch {
    return []; // nobody has ever made one
  }
};

/** Processes with the word in their environment, and the network namespaces that they are in. */
const processesOf = async (word: string): Promise<{ processes: string[]; namespaces: Set<string> }> => {
  const processes: string[] = [];
  const namespaces = new Set<string>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      if (!(await readFile(`/proc/${pid}/environ`, 'utf8')).includes(word)) continue;
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      if (/\) [ZX] /.test(stat)) continue;
      processes.push(`${pid} ${(await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')}`);
      namespaces.add(await readlink(`/proc/${pid}/ns/net`));
    } catch {
      continue; // it has ended meanwhile
    }
  }
  namespaces.delete(await readlink('/proc/self/ns/net'));
  return { processes, namespaces };
};

/** What is mounted in the folder of the runs, or for a container that is no more. */
const mountsOf = async (folder: string, dockerRoot: string | undefined): Promise<readonly string[]> => {
  const points = async (): Promise<string[]> =>
    (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' ')[4] ?? '');
  const before = await points();
  const ofRuns = before.filter((point) => point.startsWith(folder));
  const ofDocker =
    dockerRoot === undefined ? [] : before.filter((point) => point.startsWith(dockerRoot) && point.endsWith('/merged'));
  if (ofDocker.length === 0) return ofRuns;
  const ids = await docker('ps', '--all', '--quiet');
  const format = '{{.GraphDriver.Data.MergedDir}}';
  // A container may end between the two questions, and takes its mount along.
  const { stdout } = await execa('docker', ['inspect', '--format', format, ...ids], { reject: false });
  const after = await points();
  return [...ofRuns, ...ofDocker.filter((point) => !stdout.includes(point) && after.includes(point))];
};

const orphanedContainers = async (): Promise<string[]> => {
  const format = '{{.ID}} {{.Label "proto41.owner"}}';
  const lines = await docker('ps', '--all', '--filter', 'label=proto41.owner', '--format', format);
  return lines.filter((line) => {
    const owner = parseIdentity(line.slice(line.indexOf(' ') + 1));
    return owner !== undefined && processState(owner) === 'gone';
  });
};
