import type { PairPlan } from '../../interop/end-spec.ts';
import type { PodKind } from '../../interop/result.ts';
import { Proto41Error } from '../../errors.ts';
import type { PodsChoice } from './flags.ts';

/**
 * Who plays the pods of which pair. Two nodes in memory get those of the tester unless somebody wants it otherwise: they live on virtual
 * time, which a kernel does not.
 *
 * @throws Proto41Error (exit code 3) when the kernel is wanted and cannot play
 */
export const choosePods = async (choice: PodsChoice): Promise<(plan: PairPlan) => PodKind> => {
  if (choice === 'tester') return () => 'tester';
  const { probeNetns } = await import('../../node/netns/index.ts');
  const possibility = await probeNetns();
  if (choice === 'auto') {
    if (possibility.kind !== 'yes') return () => 'tester';
    return ({ n1, n2 }) => (n1.node === 'memory' && n2.node === 'memory' ? 'tester' : 'kernel');
  }
  if (possibility.kind === 'yes') return () => 'kernel';
  const reason = possibility.kind === 'no' ? possibility.reason : 'network namespaces only inside a user namespace';
  throw new Proto41Error(`--pods kernel: expected the right to make network namespaces, found: ${reason}`, {
    code: 'INTEROP_PODS',
    exitCode: 3,
  });
};
