import { mtu } from './area.ts';
import { DYNAMIC, expectCarried, expectDontFragmentClear, IPV6_MINIMUM_MTU_BYTES, podPacket } from './vectors.ts';

// RFC 3056 section 4: the outer header of 6to4 should leave DF clear, whatever the size.
mtu.case(
  'mtu.6to4-df-clear',
  {
    notFor: ({ switches }) =>
      switches.mtuMode === 'dynamic' ? 'The profile asks for path MTU discovery, which needs DF' : undefined,
  },
  async (t) => {
    await expectDontFragmentClear(t, [60, 100, 576, 1000, IPV6_MINIMUM_MTU_BYTES, t.tunnelMtuBytes]);
  },
);

// RFC 4213 section 3.2.2: as long as the path carries 1280 bytes, everything that fits leaves in one packet with DF set.
mtu.case('mtu.dynamic-df-set', { setup: DYNAMIC }, async (t) => {
  const sizes = [60, IPV6_MINIMUM_MTU_BYTES, IPV6_MINIMUM_MTU_BYTES + 1, t.tunnelMtuBytes];
  const stimuli = sizes.map((lengthBytes) => podPacket(t, lengthBytes));
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) expectCarried(t, seen, stimulus, { dontFragment: true, outerPackets: 1 });
});
