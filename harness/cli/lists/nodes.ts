import { NODE_NAMES, type NodeName } from '../../node/node.ts';
import type { Listing } from './listing.ts';

const DESCRIPTIONS: Readonly<Record<NodeName, string>> = {
  memory: 'in this process, on virtual time; for targets written in TypeScript (the reference)',
  docker: 'a container on this machine, with links of our own instead of those of docker; for targets that are images',
  netns:
    'a network namespace of the kernel of this machine, as root or in a user namespace; for targets that are processes or scripts',
  vm: 'a distribution kernel in QEMU, without root, with KVM where it works; for targets that are scripts',
};

/** Where a DUT can run. */
export const nodeListing = (): Listing => ({
  what: 'nodes',
  entries: NODE_NAMES.map((name) => ({
    id: name,
    facts: { name, description: DESCRIPTIONS[name] },
    cells: { node: name, description: DESCRIPTIONS[name] },
  })),
});
