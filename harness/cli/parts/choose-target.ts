import { join } from 'node:path';
import { startMemoryNode } from '../../node/memory/index.ts';
import { withClaimedExtras } from '../../node/claimed-extras.ts';
import type { NodeSession } from '../../node/node.ts';
import { parseKernelChoice } from '../../node/vm/kernel-choice.ts';
import { faultByName } from '../../reference/faults/index.ts';
import { seededRandom } from '../../random.ts';
import { loadExpectations } from '../../runner/expectation.ts';
import { loadTarget, type LoadedTarget } from '../../target/load-target.ts';
import type { ChosenTarget, StartOptions, TargetRequest } from '../services.ts';
import { splitFaults } from '../reference-faults.ts';
import { UsageError } from '../usage-error.ts';

/**
 * Finds the target and a node that can run it.
 *
 * @throws ManifestError, KernelChoiceError, ExpectationError or UsageError (exit code 2) for what does not exist or does not go together
 */
export const chooseTarget = async (request: TargetRequest): Promise<ChosenTarget> => {
  const { target: name, faults } = splitFaults(request.target);
  // Here, because a fault that does not exist is wrong usage and not a target that does not start.
  for (const fault of faults) faultByName(fault);
  const target = await loadTarget(name);
  const startNode = starterFor(target, request);
  const start = async (options: StartOptions): Promise<NodeSession> =>
    withClaimedExtras(await startNode(options), target.manifest.extras);
  const { expectationsFile, probeNonsense } = target;
  const facts = { probeNonsense, policies: target.manifest.policies, start };
  if (expectationsFile === undefined) return { ...facts, expectations: [] };
  return { ...facts, expectations: await loadExpectations(expectationsFile), expectationsFile };
};

const starterFor = (
  target: LoadedTarget,
  request: TargetRequest,
): ((options: StartOptions) => Promise<NodeSession>) => {
  const { folder, manifest } = target;
  if (request.node === 'memory') {
    // A folder of that kind has no program: it is the reference with policies and expectations of its own.
    if (manifest.kind !== 'module')
      throw misfit(
        request,
        'expected the target reference, the one that runs in this process, or a folder of kind module',
      );
    const seed = seededRandom(request.seed).fork('reference').nextUint32();
    return () => startMemoryNode({ seed, faults: splitFaults(request.target).faults });
  }
  if (request.node === 'netns') return netnsStarter(target, request);
  if (request.node === 'docker') return dockerStarter(target, request);
  if (manifest.kind !== 'script' || folder === undefined)
    throw misfit(request, `expected a target of kind script, found kind ${manifest.kind}`);
  const kernel = request.kernel === undefined ? undefined : parseKernelChoice(request.kernel);
  return async ({ signal, onProgress }) => {
    // Loaded here, because a run in memory needs nothing of it.
    const { startVmNode } = await import('../../node/vm/vm-node.ts');
    return startVmNode({ targetFolder: folder, signal, onProgress, ...(kernel === undefined ? {} : { kernel }) });
  };
};

const netnsStarter = (
  { manifest, folder, executables }: LoadedTarget,
  request: TargetRequest,
): ((options: StartOptions) => Promise<NodeSession>) => {
  const { kind } = manifest;
  if ((kind !== 'script' && kind !== 'process') || folder === undefined)
    throw misfit(request, `expected a target of kind script or process, found kind ${kind}`);
  const target = { kind, folder, ...programsOf(executables) };
  return async (options) => {
    const { startNetnsNode } = await import('../../node/netns/index.ts');
    return startNetnsNode({ target, ...interfaceOptions(request, options) });
  };
};

const dockerStarter = (
  { manifest, folder, executables }: LoadedTarget,
  request: TargetRequest,
): ((options: StartOptions) => Promise<NodeSession>) => {
  const { kind, image } = manifest;
  if (kind === 'module' || folder === undefined)
    throw misfit(request, `expected a target of kind script, process or image, found kind ${kind}`);
  if (request.kernel !== undefined && kind !== 'script')
    throw misfit(
      request,
      `expected no --kernel, which only a target of kind script can be booted with, found kind ${kind}`,
    );
  const target = { kind, folder, ...programsOf(executables) };
  const kernel = request.kernel === undefined ? undefined : parseKernelChoice(request.kernel);
  return async (options) => {
    const { startDockerNode } = await import('../../node/docker/docker-node.ts');
    return startDockerNode({
      target,
      hasProbe: executables.includes('probe'),
      onProgress: options.onProgress,
      ...(image === undefined ? {} : { image }),
      ...(kernel === undefined ? {} : { kernel }),
      ...interfaceOptions(request, options),
    });
  };
};

const programsOf = (executables: LoadedTarget['executables']): { hasDown: boolean; hasStats: boolean } => ({
  hasDown: executables.includes('down'),
  hasStats: executables.includes('stats'),
});

const interfaceOptions = ({ wire }: TargetRequest, { signal, outFolder, worker = 1 }: StartOptions) => ({
  signal,
  ...(wire === undefined ? {} : { wire }),
  ...(outFolder === undefined
    ? {}
    : { logFile: join(outFolder, 'evidence', worker === 1 ? 'target.log' : `target-${String(worker)}.log`) }),
});

const misfit = ({ node, target }: TargetRequest, problem: string): UsageError =>
  new UsageError(`--node ${node} --target ${target}: ${problem}`);
