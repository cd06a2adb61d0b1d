import type { InterfaceBackend, InterfaceWire } from '../../wire/interface/interface-wire.ts';
import type { PortName } from '../../wire/wire.ts';
import { makeLinks } from '../netns/links.ts';
import { keep, openWires } from '../netns/netns-node.ts';
import { NetworkNamespace } from '../netns/network-namespace.ts';
import { targetArchive } from '../vm/initramfs.ts';
import type { MachinePlace } from '../vm/qemu.ts';
import { ResourceStack } from '../vm/resource-stack.ts';
import { VmError } from '../vm/vm-error.ts';
import { bootGuest, requireTarget, type GuestOptions, type PlacedFiles } from '../vm/vm-node.ts';
import { VmSession } from '../vm/vm-session.ts';
import { startContainer } from './container.ts';
import { guestInterface, joinGuest } from './guest-links.ts';

export interface GuestNodeOptions extends GuestOptions {
  /** It has QEMU. */
  readonly image: string;
  /** Folder of a target of kind `script`; it becomes `/target` in the guest. */
  readonly targetFolder: string;
  readonly wire: InterfaceBackend;
}

type Wires = ReadonlyMap<PortName, InterfaceWire>;

interface ContainerPlace extends MachinePlace, AsyncDisposable {
  readonly wires: Wires;
}

/**
 * Boots the kernel of the vm node inside a container, whose ports are those of the guest: a real tunnel driver in a container, on a
 * host whose own kernel has none.
 *
 * @throws DockerError, NetnsError, WireError, VmError (exit code 3) when this machine cannot do it
 */
export const startGuestNode = async (options: GuestNodeOptions): Promise<VmSession> => {
  const { image, targetFolder, wire } = options;
  await requireTarget(targetFolder);
  let wires: Wires = new Map();
  const { machine, resources, facts } = await bootGuest(
    options,
    { archive: () => targetArchive(targetFolder) },
    async (files) => {
      const place = await openContainerPlace(image, wire, files);
      wires = place.wires;
      return place;
    },
  );
  void machine.ended.then((how) => {
    for (const each of wires.values())
      each.fail(new VmError('VM_ENDED', `the virtual machine in the container ended by itself (${how})`));
  });
  return new VmSession(machine, resources, { ...facts, node: 'docker', wire }, wires);
};

const openContainerPlace = async (
  image: string,
  backend: InterfaceBackend,
  { vmlinuz, folder, accelerator }: PlacedFiles,
): Promise<ContainerPlace> => {
  const resources = new ResourceStack();
  try {
    const shared = [
      { path: folder, writable: true },
      { path: vmlinuz, writable: false },
    ];
    const devices = accelerator === 'kvm' ? ['/dev/kvm'] : [];
    const container = resources.use(await startContainer({ image, shared, devices }));
    const node = keep(resources, NetworkNamespace.ofProcess(container.pid));
    const tester = keep(resources, NetworkNamespace.create());
    makeLinks(node, tester);
    joinGuest(node);
    const wires = await openWires(tester, backend, resources);
    return {
      wires,
      command: ['docker', 'exec', container.id],
      netdev: (port) => `tap,id=${port},ifname=${guestInterface(port)},script=no,downscript=no,vnet_hdr=off`,
      [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
    };
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
};
