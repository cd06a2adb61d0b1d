import { NODE_NAMES, type NodeName } from '../../node/node.ts';
import { DEFAULT_KERNEL } from '../../node/vm/kernel-choice.ts';
import { defaultNode } from '../default-node.ts';
import { ALL_KERNELS } from '../run-flags.ts';
import { OLDEST_FIRST } from '../run-kernels.ts';
import { UsageError } from '../usage-error.ts';

/** An end as the command line names it. */
export interface EndText {
  /** Every default filled in. */
  readonly name: string;
  /** May name faults of the reference: `reference:fault`. */
  readonly target: string;
  readonly node: NodeName;
  /** A name, or `<vmlinuz>:<modules folder>`: in the vm node always, in docker where one is to be booted inside the container. */
  readonly kernel?: string;
}

const FORM =
  'TARGET, TARGET@NODE, TARGET@vm:KERNEL or TARGET@docker:KERNEL, e.g. linux-sit@vm:bullseye or reference@memory';

/**
 * Reads `TARGET[@NODE[:KERNEL]]`; the kernel `all` means one end for each kernel that has a name.
 *
 * @throws UsageError for anything else
 */
export const readEnds = (text: string): readonly EndText[] => {
  const at = text.lastIndexOf('@');
  const target = at === -1 ? text : text.slice(0, at);
  const [nodeName, ...kernelParts] = at === -1 ? [defaultNode(target)] : text.slice(at + 1).split(':');
  const node = NODE_NAMES.find((each) => each === nodeName);
  if (target === '' || node === undefined) {
    const found =
      node === undefined ? `the node ${JSON.stringify(nodeName)}, not one of ${NODE_NAMES.join(', ')}` : 'no target';
    throw new UsageError(`${JSON.stringify(text)}: expected ${FORM}; found ${found}`);
  }
  const kernel = kernelParts.join(':');
  if (kernelParts.length === 0 && node !== 'vm') return [{ name: `${target}@${node}`, target, node }];
  if (node !== 'vm' && node !== 'docker')
    throw new UsageError(
      `${JSON.stringify(text)}: expected no kernel behind ${node}, found ${JSON.stringify(kernel)}; only the nodes vm and docker boot a kernel of their own`,
    );
  if (kernelParts.length > 0 && kernel === '')
    throw new UsageError(`${JSON.stringify(text)}: expected a kernel behind "${node}:", found none`);
  const kernels = kernel === ALL_KERNELS ? OLDEST_FIRST : [kernel === '' ? DEFAULT_KERNEL : kernel];
  return kernels.map((each) => ({ name: `${target}@${node}:${each}`, target, node, kernel: each }));
};
