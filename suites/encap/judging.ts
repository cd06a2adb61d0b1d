import { IPV6 } from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';

/** Sends pod packets, and expects each in one tunnel packet with its own bytes but for Hop Limit. */
export const expectCarriedUnchanged = async (t: TestContext, stimuli: readonly Stimulus[]): Promise<void> => {
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    t.expectBytes(`inner packet (${stimulus.title})`, packet.inner, stimulus.inner, {
      frame: packet.frame,
      ignore: (offset) => offset === IPV6.HOP_LIMIT,
    });
  }
};
