import { parseProfile } from '../../profile/index.ts';
import type { Recording } from '../../replay/recording.ts';
import type { Testbed } from '../../tester/testbed-contract.ts';
import { defaultNode } from '../default-node.ts';
import type { Services } from '../services.ts';
import type { Terminal } from '../terminal.ts';
import type { ReplayFlags } from './flags.ts';

/** A target that is up in its node, with the tester around it. */
export interface OpenTarget extends AsyncDisposable {
  readonly testbed: Testbed;
}

/** Starts the target, and a tester with the profile and the seed of the recording. */
export const openTarget = async (
  terminal: Terminal,
  services: Services,
  flags: ReplayFlags,
  recording: Pick<Recording, 'profileText' | 'seed'>,
  signal: AbortSignal,
): Promise<OpenTarget> => {
  const target = await services.chooseTarget({
    target: flags.target,
    node: flags.node ?? defaultNode(flags.target),
    kernel: flags.kernel,
    ...(flags.wire === undefined ? {} : { wire: flags.wire }),
    registry: await services.loadRegistry(),
    seed: recording.seed,
  });
  const createTestbed = await services.loadTester();
  const session = await target.start({
    signal,
    onProgress: (message) => {
      if (terminal.isInteractive) terminal.err(`proto41: ${message}\n`);
    },
  });
  try {
    const testbed = await createTestbed({
      session,
      profile: parseProfile(recording.profileText),
      seed: recording.seed,
    });
    return {
      testbed,
      [Symbol.asyncDispose]: async () => {
        try {
          await testbed[Symbol.asyncDispose]();
        } finally {
          await session[Symbol.asyncDispose]();
        }
      },
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
};
