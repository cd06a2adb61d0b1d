import { release } from 'node:os';
import { realpath } from 'node:fs/promises';
import type { InterfaceBackend, InterfaceWire } from '../../wire/interface/interface-wire.ts';
import { openInterfaceWire } from '../../wire/interface/open-interface-wire.ts';
import { PORT_NAMES, type PortName } from '../../wire/wire.ts';
import type { PhaseDuration } from '../node.ts';
import { ResourceStack } from '../vm/resource-stack.ts';
import { inspectNetns } from './inspection.ts';
import { makeLinks, testerInterface } from './links.ts';
import { NetnsSession, type NetnsTarget } from './netns-session.ts';
import { NetworkNamespace } from './network-namespace.ts';
import { openProcessSpace } from './process-space.ts';
import { TargetLog } from './target-log.ts';

export interface NetnsNodeOptions {
  readonly target: NetnsTarget;
  /** `afpacket` unless given. */
  readonly wire?: InterfaceBackend;
  /** Where standard error of the target is kept. */
  readonly logFile?: string;
  readonly signal?: AbortSignal;
}

/**
 * Makes a network namespace of this machine's kernel the node: needs root or a user namespace, and starts in milliseconds.
 * Nothing of it has a name, and nothing of it outlives this process.
 *
 * @throws NetnsError, WireError (exit code 3) when this machine cannot do it
 */
export const startNetnsNode = async (options: NetnsNodeOptions): Promise<NetnsSession> => {
  const { target, wire: backend = 'afpacket', signal } = options;
  signal?.throwIfAborted();
  const startedMs = performance.now();
  const folder = await realpath(target.folder);
  const resources = new ResourceStack();
  try {
    const log = resources.use(new TargetLog(options.logFile));
    const node = keep(resources, NetworkNamespace.create());
    const tester = keep(resources, NetworkNamespace.create());
    makeLinks(node, tester);
    const space = resources.use(await openProcessSpace(node, { keepRun: folder.startsWith('/run/') }));
    const wires = await openWires(tester, backend, resources);
    signal?.throwIfAborted();
    const inspection = inspectNetns(node, space);
    const phases: PhaseDuration[] = [{ phase: 'namespace', durationMs: Math.round(performance.now() - startedMs) }];
    const facts = { node: 'netns', kernelRelease: release(), wire: backend, phases } as const;
    return new NetnsSession({ target: { ...target, folder }, facts, wires, space, log, inspection, resources });
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
};

/** Lets the stack release what needs no waiting for. */
export const keep = <Resource extends Disposable>(resources: ResourceStack, resource: Resource): Resource => {
  resources.use({
    [Symbol.asyncDispose]: async () => {
      resource[Symbol.dispose]();
    },
  });
  return resource;
};

/** The tester's ends of the links. */
export const openWires = async (
  tester: NetworkNamespace,
  backend: InterfaceBackend,
  resources: ResourceStack,
): Promise<ReadonlyMap<PortName, InterfaceWire>> => {
  const opened = await Promise.allSettled(
    PORT_NAMES.map((port) =>
      tester.enter(() => openInterfaceWire(backend, { port, interfaceName: testerInterface(port) })),
    ),
  );
  const wires = new Map<PortName, InterfaceWire>();
  for (const result of opened) {
    if (result.status === 'rejected') continue;
    const wire = result.value;
    wires.set(wire.port, wire);
    // Closing it once more after the session did is no harm.
    resources.use({ [Symbol.asyncDispose]: () => wire.close() });
  }
  const failed = opened.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return wires;
};
