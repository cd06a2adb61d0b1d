import { release } from 'node:os';
import type { InterfaceBackend } from '../../wire/interface/interface-wire.ts';
import { inspectNetns } from '../netns/inspection.ts';
import { makeLinks } from '../netns/links.ts';
import { NetnsSession, type NetnsTarget } from '../netns/netns-session.ts';
import { NetworkNamespace } from '../netns/network-namespace.ts';
import { keep, openWires } from '../netns/netns-node.ts';
import { endProcesses, type ProcessSpace } from '../netns/process-space.ts';
import { processesOfSpace } from '../netns/space-processes.ts';
import { TargetLog } from '../netns/target-log.ts';
import { ResourceStack } from '../vm/resource-stack.ts';
import { CONTAINER_TARGET_FOLDER, startContainer, type Container } from './container.ts';

export interface DockerNodeOptions {
  readonly image: string;
  readonly target: NetnsTarget;
  /** `afpacket` unless given. */
  readonly wire?: InterfaceBackend;
  /** Where standard error of the target is kept. */
  readonly logFile?: string;
  readonly signal?: AbortSignal;
}

/**
 * Makes a container the node, on the kernel of this machine: its network has no bridge and no address of docker's, but the same
 * links to the tester as a network namespace has. Needs root, and a docker daemon on this very machine.
 *
 * @throws DockerError, NetnsError, WireError (exit code 3) when this machine cannot do it
 */
export const startDockerNode = async (options: DockerNodeOptions): Promise<NetnsSession> => {
  const { image, target, wire: backend = 'afpacket', signal } = options;
  signal?.throwIfAborted();
  const startedMs = performance.now();
  const resources = new ResourceStack();
  try {
    const log = resources.use(new TargetLog(options.logFile));
    const container = resources.use(await startContainer(image, target.folder));
    const node = keep(resources, NetworkNamespace.ofProcess(container.pid));
    const tester = keep(resources, NetworkNamespace.create());
    makeLinks(node, tester);
    const space = containerSpace(container);
    const wires = await openWires(tester, backend, resources);
    signal?.throwIfAborted();
    const phases = [{ phase: 'container', durationMs: Math.round(performance.now() - startedMs) }];
    const facts = { node: 'docker', kernelRelease: release(), wire: backend, phases } as const;
    const inContainer = { ...target, folder: CONTAINER_TARGET_FOLDER };
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
    shellCommand: ['docker', 'exec', '--interactive', '--tty', id, 'sh'],
    processes,
    // The process group of the client is not that of the program.
    group: processes,
    clear: () => endProcesses(processes),
    ended: new Promise(() => undefined),
    [Symbol.asyncDispose]: async () => undefined,
  };
};
