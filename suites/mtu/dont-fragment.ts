import type { TestContext } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import { DYNAMIC, expectCarried, IPV6_MINIMUM_MTU_BYTES, podPacket } from './vectors.ts';

const expectDontFragment = async (t: TestContext, sizes: readonly number[], dontFragment: boolean): Promise<void> => {
  const stimuli = [...new Set(sizes)].map((lengthBytes) => podPacket(t, lengthBytes));
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) expectCarried(t, seen, stimulus, { dontFragment });
};

// RFC 3056 section 4: the outer header of 6to4 should leave DF clear, whatever the size.
mtu.case(
  'mtu.6to4-df-clear',
  {
    notFor: ({ switches }) =>
      switches.mtuMode === 'dynamic' ? 'The profile asks for path MTU discovery, which needs DF' : undefined,
  },
  async (t) => {
    await expectDontFragment(t, [60, 100, 576, 1000, IPV6_MINIMUM_MTU_BYTES, t.tunnelMtuBytes], false);
  },
);

// RFC 4213 section 3.2.2: as long as the path carries 1280 bytes, everything that fits leaves in one packet with DF set.
mtu.case('mtu.dynamic-df-set', { setup: DYNAMIC }, async (t) => {
  const sizes = [60, IPV6_MINIMUM_MTU_BYTES, IPV6_MINIMUM_MTU_BYTES + 1, t.tunnelMtuBytes];
  const stimuli = sizes.map((lengthBytes) => podPacket(t, lengthBytes));
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) expectCarried(t, seen, stimulus, { dontFragment: true, outerPackets: 1 });
});

// RFC 4213 section 3.2.1: with a static tunnel MTU no outer packet has DF set, up to the largest.
mtu.case('mtu.static-df-clear', { setup: { switches: { mtuMode: 'static' }, staticMtuBytes: 1480 } }, async (t) => {
  await expectDontFragment(t, [60, 100, IPV6_MINIMUM_MTU_BYTES, IPV6_MINIMUM_MTU_BYTES + 1, 1480], false);
});
