import { ipv4TotalLength, ETHERNET, PROTOCOL } from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { SetupChanges, TestContext } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import {
  DYNAMIC,
  expectCarried,
  expectPacketTooBig,
  fullPacket,
  IPV6_MINIMUM_MTU_BYTES,
  podPacket,
  POD_LINK_BYTES,
  tell,
  neverFragments,
} from './vectors.ts';

/** An underlay that cannot carry an encapsulated packet of 1280 bytes in one piece. */
const NARROW = { ...DYNAMIC, underlayMtuBytes: 1290 } as const satisfies SetupChanges;

// RFC 4213 section 3.2.2 and RFC 8200 section 5: over a path that is too narrow for 1280 bytes the tunnel fragments in IPV4,
// with DF clear, because nobody may be told of less than 1280. What is larger is answered with 1280.
mtu.case(
  'mtu.dynamic-floor-fragments',
  { setup: DYNAMIC, fresh: true, alsoJudges: ['mtu.dynamic-floor-ptb'], notFor: neverFragments },
  async (t) => {
    const packet = await fullPacket(t);
    if (packet === undefined) return;
    await tell(t, packet, 1000);
    const largestWhole = 1000 - overheadBytes(t.profile);
    const sizes = [60, largestWhole, largestWhole + 1, IPV6_MINIMUM_MTU_BYTES];
    const fitting = sizes.map((lengthBytes) => podPacket(t, lengthBytes));
    const tooBig = podPacket(t, IPV6_MINIMUM_MTU_BYTES + 1, t.lab.n2, 1);
    const seen = await t.exchange(...fitting, tooBig);
    for (const stimulus of fitting) expectCarried(t, seen, stimulus, { dontFragment: false });
    expectPacketTooBig(t, seen, tooBig, IPV6_MINIMUM_MTU_BYTES, 'mtu.dynamic-floor-ptb');
  },
);

// The same where the DUT's own link is the narrow one: it has to fragment itself, and only what does not fit.
mtu.case(
  'mtu.dynamic-floor-fragments',
  { variant: 'narrow-underlay', setup: NARROW, notFor: neverFragments },
  async (t) => {
    const largestWhole = NARROW.underlayMtuBytes - overheadBytes(t.profile);
    const vectors = [
      { lengthBytes: 60, outerPackets: 1 },
      { lengthBytes: largestWhole, outerPackets: 1 },
      { lengthBytes: largestWhole + 1, outerPackets: 2 },
      { lengthBytes: IPV6_MINIMUM_MTU_BYTES, outerPackets: 2 },
    ].map((vector) => ({ ...vector, stimulus: podPacket(t, vector.lengthBytes) }));
    const seen = await t.exchange(...vectors.map(({ stimulus }) => stimulus));
    for (const { stimulus, outerPackets } of vectors) {
      const packet = expectCarried(t, seen, stimulus, { dontFragment: false, outerPackets });
      for (const frame of packet?.frames ?? []) {
        const fits = ipv4TotalLength(frame.bytes, ETHERNET.HEADER_LENGTH) <= NARROW.underlayMtuBytes;
        t.expectEqual(`every outer packet of the ${stimulus.title} within the underlay MTU:`, fits, true, { frame });
      }
    }
  },
);

// RFC 4213 section 3.2.2: above 1280 bytes the packet is dropped and answered with exactly 1280, not with what the path carries.
mtu.case('mtu.dynamic-floor-ptb', { setup: NARROW }, async (t) => {
  const sizes = [IPV6_MINIMUM_MTU_BYTES + 1, 1400, POD_LINK_BYTES];
  const tooBig = sizes.map((lengthBytes, index) => podPacket(t, lengthBytes, t.lab.n2, index + 1));
  const control = podPacket(t, IPV6_MINIMUM_MTU_BYTES);
  const seen = await t.exchange(...tooBig, control);
  for (const stimulus of tooBig) expectPacketTooBig(t, seen, stimulus, IPV6_MINIMUM_MTU_BYTES);
  t.expectTunnelled(seen, control);
});

// RFC 8200 section 5 and RFC 8201 section 4: however narrow a path is said to be, no Packet Too Big names less than 1280, and
// no packet gets a Fragment header because of it (RFC 8021).
mtu.case('mtu.ptb-never-below-1280', { setup: DYNAMIC, fresh: true }, async (t) => {
  const packet = await fullPacket(t);
  if (packet === undefined) return;
  // Of an IPv6 path nothing less can be said (RFC 8201 section 4); the headers of the tunnel still leave less than 1280.
  const narrow = packet.outerIpv6 === undefined ? [576, 552] : [IPV6_MINIMUM_MTU_BYTES];
  for (const pathMtuBytes of narrow) {
    await tell(t, packet, pathMtuBytes);
    await expectFloor(t, `after an MTU of ${String(pathMtuBytes)}`);
  }
});

const expectFloor = async (t: TestContext, when: string): Promise<void> => {
  const fitting = [60, IPV6_MINIMUM_MTU_BYTES].map((lengthBytes) => podPacket(t, lengthBytes));
  const tooBig = podPacket(t, IPV6_MINIMUM_MTU_BYTES + 1, t.lab.n2, 1);
  const seen = await t.exchange(...fitting, tooBig);
  expectPacketTooBig(t, seen, tooBig, IPV6_MINIMUM_MTU_BYTES);
  for (const stimulus of fitting) {
    const carried = t.expectTunnelled(seen, stimulus);
    if (carried === undefined) continue;
    const nextHeader = carried.innerHeader?.nextHeader ?? -1;
    t.expectEqual(`Next Header of the ${stimulus.title} ${when}`, nextHeader, PROTOCOL.UDP, { frame: carried.frame });
  }
};
