import { realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { release } from 'node:os';
import { sep } from 'node:path';
import { TARGETS_FOLDER } from '../../target/built-in.ts';
import { NOT_SUPPORTED } from '../../target/program-failure.ts';
import type { InterfaceBackend } from '../../wire/interface/interface-wire.ts';
import { cacheFolder } from '../host-cache.ts';
import type { NodeSession } from '../node.ts';
import { inspectNetns } from '../netns/inspection.ts';
import { makeLinks } from '../netns/links.ts';
import { NetnsSession, type NetnsTarget } from '../netns/netns-session.ts';
import { NetworkNamespace } from '../netns/network-namespace.ts';
import { keep, openWires } from '../netns/netns-node.ts';
import { endProcesses, type ProcessSpace } from '../netns/process-space.ts';
import { processesOfSpace } from '../netns/space-processes.ts';
import { TargetLog } from '../netns/target-log.ts';
import { ResourceStack } from '../vm/resource-stack.ts';
import type { ProgressListener } from '../vm/apt-client.ts';
import type { KernelChoice } from '../vm/kernel-choice.ts';
import { sweepRuntimeFolders } from '../vm/runtime-folder.ts';
import { CONTAINER_TARGET_FOLDER, startContainer, type Container } from './container.ts';
import { DockerError } from './docker-error.ts';
import { expectEngine } from './engine.ts';
import { startGuestNode } from './guest-node.ts';
import { obtainNodeImage } from './node-image.ts';

/** As docker itself shows the id of a container. */
const SHOWN_ID_LENGTH = 12;

export interface DockerNodeOptions {
  /** One that the project makes, unless given. */
  readonly image?: string;
  readonly target: NetnsTarget;
  /** Whether the target has a program `probe`, which says whether the kernel is one for it. */
  readonly hasProbe: boolean;
  /** A kernel to be booted inside the container; that of this machine, where it is one for the target, unless given. */
  readonly kernel?: KernelChoice;
  /** `afpacket` unless given. */
  readonly wire?: InterfaceBackend;
  /** Where standard error of the target is kept. */
  readonly logFile?: string;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * Makes a container the node: its network has no bridge and no address of docker's, but the same links to the tester as a network
 * namespace has. The target meets the kernel of this machine, or the one of the vm node where this machine's is none for it. Needs
 * root, and a docker daemon on this very machine.
 *
 * @throws DockerError, NetnsError, WireError, VmError (exit code 3) when this machine cannot do it
 */
export const startDockerNode = async (options: DockerNodeOptions): Promise<NodeSession> => {
  const { target, kernel, signal, wire = 'afpacket', onProgress = () => undefined } = options;
  signal?.throwIfAborted();
  await expectEngine();
  // A killed run may have left the machine of a container that is removed below.
  await sweepRuntimeFolders();
  const image = options.image ?? (await obtainNodeImage({ cache: cacheFolder(), onProgress, signal }));
  const startGuest = (choice?: KernelChoice): Promise<NodeSession> =>
    startGuestNode({
      image,
      targetFolder: target.folder,
      wire,
      onProgress,
      ...(signal === undefined ? {} : { signal }),
      ...(choice === undefined ? {} : { kernel: choice }),
    });
  if (kernel !== undefined) return startGuest(kernel);
  const session = await startOnThisKernel(options, image);
  if (!options.hasProbe) return session;
  const { exitCode, stderr } = await probe(session);
  if (exitCode === 0) return session;
  await session[Symbol.asyncDispose]();
  if (exitCode !== NOT_SUPPORTED || target.kind !== 'script') {
    throw new DockerError(
      'NODE_DOCKER_PROBE',
      `expected probe of the target to exit with 0, or ${String(NOT_SUPPORTED)} for a kernel that is none for it, found ${String(exitCode)}:\n${stderr.trim()}`,
    );
  }
  onProgress(`${stderr.trim()}; booting a kernel inside the container`);
  return startGuest();
};

const probe = async (session: NetnsSession): ReturnType<NetnsSession['shell']['run']> => {
  try {
    return await session.shell.run('exec ./probe\n');
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
};

const startOnThisKernel = async (
  { target, wire: backend = 'afpacket', logFile, signal }: DockerNodeOptions,
  image: string,
): Promise<NetnsSession> => {
  const startedMs = performance.now();
  const resources = new ResourceStack();
  try {
    const log = resources.use(new TargetLog(logFile));
    const shared = await sharedFolderOf(target.folder);
    const container = resources.use(
      await startContainer({
        image,
        ...(shared === undefined ? { targetFolder: target.folder } : { shared: [{ path: shared, writable: false }] }),
        ...(target.kind === 'image' ? { forwardsIpv6: true } : { setsNetworkControls: true }),
      }),
    );
    const node = keep(resources, NetworkNamespace.ofProcess(container.pid));
    const tester = keep(resources, NetworkNamespace.create());
    makeLinks(node, tester);
    const space = containerSpace(container);
    const wires = await openWires(tester, backend, resources);
    signal?.throwIfAborted();
    const phases = [{ phase: 'container', durationMs: Math.round(performance.now() - startedMs) }];
    const facts = { node: 'docker', kernelRelease: release(), wire: backend, phases } as const;
    const inContainer = { ...target, folder: shared === undefined ? CONTAINER_TARGET_FOLDER : target.folder };
    return new NetnsSession({
      target: inContainer,
      facts,
      wires,
      space,
      log,
      inspection: inspectNetns(node, space),
      resources,
    });
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
};

/** What a target that ships with Proto41 needs of it to run in a container: all of it, with its packages. Undefined for any other target. */
const sharedFolderOf = async (targetFolder: string): Promise<string | undefined> => {
  const folder = await realpath(targetFolder);
  const koffi = await realpath(createRequire(import.meta.url).resolve('koffi'));
  const root = koffi.slice(0, Math.max(0, koffi.lastIndexOf(`${sep}node_modules${sep}`)));
  return folder.startsWith(`${await realpath(TARGETS_FOLDER)}${sep}`) && folder.startsWith(`${root}${sep}`)
    ? root
    : undefined;
};

/** What another terminal has to be told of the engine, where it is not the one that docker finds by itself. */
const engine = (): readonly string[] => {
  const host = process.env['DOCKER_HOST'];
  return host === undefined || host === '' ? [] : ['--host', host];
};

/** Programs are started by the client of docker, because testcontainers gives them no standard input. */
const containerSpace = ({ id, pid }: Container): ProcessSpace => {
  const processes = (): ReturnType<ProcessSpace['processes']> => processesOfSpace(pid);
  return {
    command: (program, folder, variables) => [
      ...(['docker', 'exec', '--interactive', '--workdir', folder] as const),
      // Their values are those of the client's own environment.
      ...variables.flatMap((name) => ['--env', name]),
      id,
      program,
    ],
    shellCommand: ['docker', ...engine(), 'exec', '--interactive', '--tty', id.slice(0, SHOWN_ID_LENGTH), 'sh'],
    processes,
    // The process group of the client is not that of the program.
    group: processes,
    clear: () => endProcesses(processes),
    ended: new Promise(() => undefined),
    [Symbol.asyncDispose]: async () => undefined,
  };
};
