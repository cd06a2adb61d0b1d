import type { TestContext } from '../../harness/tester/context.ts';
import { fragment } from './area.ts';
import { expectIntact, REQUIRED_BYTES, wholeOf } from './vectors.ts';

/** Below the 576 bytes that any host must take, and one below what a tunnel endpoint must take. */
const LIMITS_BYTES = [512, 1499] as const;

const expectReassembly = async (t: TestContext, configured: string): Promise<void> => {
  const arrangements = [[744], [496, 496], [8]].map((lengths) => {
    const whole = wholeOf(t, REQUIRED_BYTES, `tunnel packet of ${String(REQUIRED_BYTES)} bytes ${configured}`);
    return { whole, pieces: t.fragmentsOf(whole, lengths) };
  });
  const seen = await t.exchange(...arrangements.flatMap(({ pieces }) => pieces));
  for (const { whole } of arrangements) expectIntact(t, seen, whole);
};

// RFC 4213 section 3.6, RFC 1122 section 3.3.2: where the size of the reassembly buffer can be configured at all, it cannot be made
// smaller than 1500 bytes: the node refuses to be set up like that, or puts 1500 bytes together all the same.
fragment.case('fragment.buffer-minimum', async (t) => {
  for (const reassemblyLimitBytes of LIMITS_BYTES) {
    const configured = `with a reassembly limit of ${String(reassemblyLimitBytes)} bytes`;
    const { refused } = await t.tryRestart({ reassemblyLimitBytes });
    if (refused === undefined) await expectReassembly(t, configured);
    else t.expectEqual(`answer to a set-up ${configured}`, 'refused', ['refused', 'without effect']);
  }
});
