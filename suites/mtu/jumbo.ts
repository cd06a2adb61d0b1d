import { ETHERNET, IPV4 } from '../../harness/packet/index.ts';
import type { Seen, SetupChanges, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import { expectPacketTooBig, HOP_LIMIT_OFFSET, PACKET_TOO_BIG, podPacket } from './vectors.ts';

const JUMBO_BYTES = 9000;

// RFC 4213 section 3.2: the tunnel is no link of 64 KB that leaves the rest to IPv4 fragmentation.
mtu.case(
  'mtu.not-64k',
  {
    setup: { podMtuBytes: JUMBO_BYTES },
    notFor: ({ switches, staticMtuBytes }) =>
      switches.mtuMode === 'static' && staticMtuBytes >= 4000
        ? `The profile configures a tunnel MTU of ${String(staticMtuBytes)} bytes`
        : undefined,
  },
  async (t) => {
    const stimuli = [4000, 8000, JUMBO_BYTES].map((lengthBytes, index) =>
      podPacket(t, lengthBytes, t.lab.n2, index + 1),
    );
    const seen = await t.exchange(...stimuli);
    for (const stimulus of stimuli) expectPacketTooBig(t, seen, stimulus, t.tunnelMtuBytes);
  },
);

/** Room for the largest packets that are sent, whatever the encapsulation. */
const JUMBO_UNDERLAY = {
  podMtuBytes: JUMBO_BYTES,
  underlayMtuBytes: JUMBO_BYTES + 100,
} as const satisfies SetupChanges;
/** Fits behind an IPv4 header, and behind an IPv6 and a Fragment header. */
const FRAGMENT_BYTES = 1440;

// RFC 4213 section 3.6: the decapsulator takes inner packets of at least 1500 bytes, and of the largest MTU among its IPv6 interfaces,
// whether they come whole or in outer fragments.
mtu.case('mtu.receive-unit', { setup: JUMBO_UNDERLAY }, async (t) => {
  const whole = [1480, 1481, 1500, JUMBO_BYTES].map((lengthBytes) => tunnelPacket(t, lengthBytes));
  const seen = await t.exchange(...whole);
  for (const stimulus of whole) expectReceived(t, seen, stimulus);
  await expectReassembled(t, JUMBO_BYTES);
});

// The same on links of 1500 bytes. What the pod link cannot carry is too big there, not in the tunnel (RFC 4443 section 3.2).
mtu.case('mtu.receive-unit', { variant: 'fragments' }, async (t) => {
  await expectReassembled(t, 1481);
  await expectReassembled(t, 1500);
  const whole = tunnelPacket(t, 4000);
  const seen = await t.exchange(...inFragments(t, whole));
  t.expectIcmpv6(seen, whole, { type: PACKET_TOO_BIG, codes: [0], parameter: 1500, via: t.lab.n2.ipv4 });
});

const tunnelPacket = (t: TestContext, lengthBytes: number): Stimulus => ({
  ...t.fromTunnel({ lengthBytes }, { outer: { identification: lengthBytes } }),
  title: `tunnel packet with an inner packet of ${String(lengthBytes)} bytes`,
});

const expectReassembled = async (t: TestContext, lengthBytes: number): Promise<void> => {
  const whole = tunnelPacket(t, lengthBytes);
  expectReceived(t, await t.exchange(...inFragments(t, whole)), whole);
};

/** In fragments for an underlay of 1500 bytes. */
const inFragments = (t: TestContext, whole: Stimulus): Stimulus[] => {
  const outerBytes = whole.frame.length - ETHERNET.HEADER_LENGTH;
  const count = Math.ceil((outerBytes - IPV4.MINIMUM_HEADER_LENGTH) / FRAGMENT_BYTES) - 1;
  return t.fragmentsOf(whole, Array<number>(count).fill(FRAGMENT_BYTES));
};

const expectReceived = (t: TestContext, seen: Seen, stimulus: Stimulus): void => {
  const delivered = t.expectDelivered(seen, stimulus);
  if (delivered === undefined) return;
  t.expectBytes(`inner packet of the ${stimulus.title}`, delivered.packet, stimulus.inner, {
    frame: delivered.frame,
    ignore: (offset) => offset === HOP_LIMIT_OFFSET,
  });
};
