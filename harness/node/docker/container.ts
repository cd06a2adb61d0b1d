// Types alone: the package is optional, and takes half a second to load.
import type * as testcontainersPackage from 'testcontainers';
import type { StartedTestContainer } from 'testcontainers';
import { ownIdentity, parseIdentity, processState } from '../process-identity.ts';
import { DockerError } from './docker-error.ts';

/** Where the folder of the target lies in the container. */
export const CONTAINER_TARGET_FOLDER = '/target';
const OWNER_LABEL = 'proto41.owner';
/** Does nothing, for as long as the target needs something to live in. */
const FIRST_PROCESS = ['tail', '-f', '/dev/null'];

export interface Container extends AsyncDisposable {
  readonly id: string;
  /** Process id of its first process, as this process sees it. */
  readonly pid: number;
}

/**
 * Starts a container without a network of docker's, with the rights over its own network and a TUN device, but no other
 * privilege. What a killed process left behind is removed before.
 *
 * @throws DockerError when docker cannot be reached, the image is not there, or the container ends at once
 */
export const startContainer = async (image: string, targetFolder: string): Promise<Container> => {
  const testcontainers = await loadTestcontainers();
  try {
    const { dockerode } = (await testcontainers.getContainerRuntimeClient()).container;
    await sweep(dockerode);
    const started = await nodeContainer(testcontainers, image)
      .withNetworkMode('none')
      .withAddedCapabilities('NET_ADMIN', 'NET_RAW')
      .withLabels({ [OWNER_LABEL]: JSON.stringify(ownIdentity()) })
      .withCopyDirectoriesToContainer([{ source: targetFolder, target: CONTAINER_TARGET_FOLDER }])
      .withEntrypoint(FIRST_PROCESS)
      .start();
    const { State: state } = await dockerode.getContainer(started.getId()).inspect();
    return { id: started.getId(), pid: state.Pid, [Symbol.asyncDispose]: () => stop(started) };
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
  image: string,
): InstanceType<Testcontainers['GenericContainer']> => {
  class NodeContainer extends GenericContainer {
    constructor(name: string) {
      super(name);
      this.hostConfig.Devices = [
        { PathOnHost: '/dev/net/tun', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' },
      ];
      // Docker mounts /proc/sys read-only; what a node must be able to change of its own network is set for it here.
      this.hostConfig.Sysctls = { 'net.ipv6.conf.all.disable_ipv6': '0', 'net.ipv6.conf.all.forwarding': '1' };
    }
  }
  return new NodeContainer(image);
};

const stop = async (container: StartedTestContainer): Promise<void> => {
  await container.stop({ timeout: 0, remove: true, removeVolumes: true });
};

/** Removes the containers of processes that were killed. */
const sweep = async (dockerode: Dockerode): Promise<void> => {
  for (const found of await dockerode.listContainers({ all: true, filters: { label: [OWNER_LABEL] } })) {
    const owner = parseIdentity(found.Labels[OWNER_LABEL] ?? '');
    if (owner === undefined || processState(owner) !== 'gone') continue;
    await dockerode.getContainer(found.Id).remove({ force: true, v: true });
  }
};
