import type { TestContext } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import {
  configuresTunnelMtu,
  expectDontFragmentClear,
  IPV6_MINIMUM_MTU_BYTES,
  PACKET_TOO_BIG,
  podPacket,
  STATIC,
  neverFragments,
} from './vectors.ts';

const LARGEST_DEFAULT_BYTES = 1480;
const JUMBO_BYTES = 9000;

// RFC 4213 section 3.2.1: a static tunnel MTU that nobody has configured lies between 1280 and 1480, and should be 1280.
const expectDefaultRange = async (t: TestContext, beyondBytes: readonly number[]): Promise<void> => {
  const smallest = podPacket(t, IPV6_MINIMUM_MTU_BYTES);
  const beyond = beyondBytes.map((lengthBytes, index) => podPacket(t, lengthBytes, t.lab.n2, index % 4));
  const seen = await t.exchange(smallest, ...beyond);
  t.expectTunnelled(seen, smallest);
  for (const stimulus of beyond) t.expectIcmpv6(seen, stimulus, { type: PACKET_TOO_BIG, via: 'P' });

  const found = await tunnelMtu(t);
  if (found !== IPV6_MINIMUM_MTU_BYTES) t.note(`The tunnel MTU is ${String(found)}, where 1280 is recommended`);
};

/** The largest packet in the legal range that is carried, by bisection. */
const tunnelMtu = async (t: TestContext): Promise<number> => {
  let carried = IPV6_MINIMUM_MTU_BYTES;
  let refused = LARGEST_DEFAULT_BYTES + 1;
  while (refused - carried > 1) {
    const middle = Math.floor((carried + refused) / 2);
    const stimulus = podPacket(t, middle);
    const seen = await t.exchange(stimulus);
    if (seen.tunnelPackets(stimulus).length > 0) carried = middle;
    else refused = middle;
  }
  return carried;
};

mtu.case('mtu.static-default-range', { setup: STATIC, notFor: configuresTunnelMtu }, async (t) => {
  await expectDefaultRange(t, [LARGEST_DEFAULT_BYTES + 1, 1500]);
});

// Larger links make no difference to it.
mtu.case(
  'mtu.static-default-range',
  {
    variant: 'jumbo',
    setup: { ...STATIC, podMtuBytes: JUMBO_BYTES, underlayMtuBytes: JUMBO_BYTES },
    notFor: configuresTunnelMtu,
  },
  async (t) => {
    await expectDefaultRange(t, [LARGEST_DEFAULT_BYTES + 1, 1500, 1501, 8972, 8980, JUMBO_BYTES]);
  },
);

// RFC 4213 section 3.2.1: with a static tunnel MTU no outer packet has DF set, up to the largest.
mtu.case(
  'mtu.static-df-clear',
  { setup: { ...STATIC, staticMtuBytes: LARGEST_DEFAULT_BYTES }, notFor: neverFragments },
  async (t) => {
    await expectDontFragmentClear(t, [
      60,
      100,
      IPV6_MINIMUM_MTU_BYTES,
      IPV6_MINIMUM_MTU_BYTES + 1,
      LARGEST_DEFAULT_BYTES,
    ]);
  },
);
