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
  /** In the vm node alone: a name, or `<vmlinuz>:<modules folder>`. */
  readonly kernel?: string;
}

const FORM = 'TARGET, TARGET@NODE or TARGET@vm:KERNEL, e.g. linux-sit@vm:bullseye or reference@memory';

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
  if (node !== 'vm') {
    if (kernelParts.length === 0) return [{ name: `${target}@${node}`, target, node }];
    throw new UsageError(
      `${JSON.stringify(text)}: expected no kernel behind ${node}, found ${JSON.stringify(kernel)}; only the vm node boots a kernel of its own`,
    );
  }
  if (kernelParts.length > 0 && kernel === '')
    throw new UsageError(`${JSON.stringify(text)}: expected a kernel behind "vm:", found none`);
  const kernels = kernel === ALL_KERNELS ? OLDEST_FIRST : [kernel === '' ? DEFAULT_KERNEL : kernel];
  return kernels.map((each) => ({ name: `${target}@vm:${each}`, target, node, kernel: each }));
};
