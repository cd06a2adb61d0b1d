import { spawn } from 'node:child_process';
// Types alone: the package is optional, and takes half a second to load.
import type * as testcontainersPackage from 'testcontainers';
import type { StartedTestContainer } from 'testcontainers';
import { ownIdentity, parseIdentity, processState } from '../process-identity.ts';
import { DockerError } from './docker-error.ts';

/** Where the folder of the target lies in the container. */
export const CONTAINER_TARGET_FOLDER = '/target';
const OWNER_LABEL = 'proto41.owner';
/** What docker makes read-only, with the one exception of /proc/sys/net, which shows the network of the container alone. */
const READ_ONLY_PATHS = [
  'bus fs irq sysrq-trigger',
  'sys/abi sys/crypto sys/debug sys/dev sys/fs sys/kernel sys/sunrpc sys/user sys/vm sys/xen',
].flatMap((names) => names.split(' ').map((name) => `/proc/${name}`));
/** Does nothing, for as long as the target needs something to live in. */
const FIRST_PROCESS = ['tail', '-f', '/dev/null'];

export interface Container extends AsyncDisposable {
  readonly id: string;
  /** Process id of its first process, as this process sees it. */
  readonly pid: number;
}

export interface ContainerOptions {
  readonly image: string;
  /** Folder that is copied to {@link CONTAINER_TARGET_FOLDER}. */
  readonly targetFolder?: string;
  /** Files and folders of this machine that are the same in the container. */
  readonly shared?: readonly { readonly path: string; readonly writable: boolean }[];
  /** Devices of this machine besides the TUN device. */
  readonly devices?: readonly string[];
  /** What runs in it may write /proc/sys/net, which docker lets nobody do. */
  readonly setsNetworkControls?: boolean;
  /** The kernel forwards IPv6 from the beginning, for what runs in it and cannot switch that on. */
  readonly forwardsIpv6?: boolean;
}

/**
 * Starts a container without a network of docker's, with the rights over its own network and a TUN device, but no other
 * privilege. What a killed process left behind is removed before.
 *
 * @throws DockerError when docker cannot be reached, the image is not there, or the container ends at once
 */
export const startContainer = async (options: ContainerOptions): Promise<Container> => {
  const { image, targetFolder, shared = [] } = options;
  const testcontainers = await loadTestcontainers();
  try {
    const { dockerode } = (await testcontainers.getContainerRuntimeClient()).container;
    await sweep(dockerode);
    const copied = targetFolder === undefined ? [] : [{ source: targetFolder, target: CONTAINER_TARGET_FOLDER }];
    const started = await nodeContainer(testcontainers, options)
      // Its own cleaner is never asked for, nor is the file with which it would be locked.
      .withAutoCleanup(false)
      .withNetworkMode('none')
      .withAddedCapabilities('NET_ADMIN', 'NET_RAW')
      .withLabels({ [OWNER_LABEL]: JSON.stringify(ownIdentity()) })
      .withBindMounts(
        shared.map(({ path, writable }) => ({ source: path, target: path, mode: writable ? 'rw' : 'ro' })),
      )
      .withCopyDirectoriesToContainer(copied)
      .withEntrypoint(FIRST_PROCESS)
      .start();
    const id = started.getId();
    const { State: state } = await dockerode.getContainer(id).inspect();
    // On process.exit(), which a second Ctrl-C leads to, nothing asynchronous runs any more.
    const onExit = (): void => removeSoon(id);
    process.on('exit', onExit);
    return {
      id,
      pid: state.Pid,
      [Symbol.asyncDispose]: async () => {
        await stop(started);
        process.off('exit', onExit);
      },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DockerError(
      'NODE_DOCKER_START',
      `expected docker to start a container of the image ${image}, found: ${reason}; is docker running, and the image built or pulled?`,
      error,
    );
  }
};

type Testcontainers = typeof testcontainersPackage;
type Dockerode = Awaited<ReturnType<Testcontainers['getContainerRuntimeClient']>>['container']['dockerode'];

const loadTestcontainers = async (): Promise<Testcontainers> => {
  // Its own cleaner is an image from a registry that may be out of reach, and has to be refused before it is loaded.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  // Nothing is reached through docker's own networks, so that a daemon without them does as well.
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= 'localhost';
  try {
    return await import('testcontainers');
  } catch (error) {
    throw new DockerError(
      'NODE_DOCKER_MISSING',
      'expected the npm package testcontainers, found none; run: npm install testcontainers',
      error,
    );
  }
};

/** The builder has no words for devices and system controls. */
const nodeContainer = (
  { GenericContainer }: Testcontainers,
  { image, devices = [], setsNetworkControls = false, forwardsIpv6 = false }: ContainerOptions,
): InstanceType<Testcontainers['GenericContainer']> => {
  class NodeContainer extends GenericContainer {
    constructor(name: string) {
      super(name);
      this.hostConfig.Devices = ['/dev/net/tun', ...devices].map((path) => ({
        PathOnHost: path,
        PathInContainer: path,
        CgroupPermissions: 'rwm',
      }));
      if (setsNetworkControls) this.hostConfig.ReadonlyPaths = [...READ_ONLY_PATHS];
      this.hostConfig.Sysctls = {
        'net.ipv6.conf.all.disable_ipv6': '0',
        'net.ipv6.conf.all.forwarding': forwardsIpv6 ? '1' : '0',
      };
    }
  }
  return new NodeContainer(image);
};

const stop = async (container: StartedTestContainer): Promise<void> => {
  await container.stop({ timeout: 0, remove: true, removeVolumes: true });
};

/** Leaves it to a process of its own. */
const removeSoon = (id: string): void => {
  const remover = spawn('docker', ['rm', '--force', '--volumes', id], { detached: true, stdio: 'ignore' });
  remover.on('error', () => undefined); // the next start removes the container
  remover.unref();
};

/** Removes the containers of processes that were killed. */
const sweep = async (dockerode: Dockerode): Promise<void> => {
  for (const found of await dockerode.listContainers({ all: true, filters: { label: [OWNER_LABEL] } })) {
    const owner = parseIdentity(found.Labels[OWNER_LABEL] ?? '');
    if (owner === undefined || processState(owner) !== 'gone') continue;
    await dockerode.getContainer(found.Id).remove({ force: true, v: true });
  }
};
