import { ipv4MoreFragments, ipv4TotalLength, ETHERNET } from '../../harness/packet/index.ts';
import { isConfiguredTunnel, overheadBytes } from '../../harness/profile/index.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import {
  DYNAMIC,
  expectBoundary,
  expectCarried,
  expectPacketTooBig,
  fragmentationNeeded,
  fullPacket,
  IPV6_MINIMUM_MTU_BYTES,
  PACKET_TOO_BIG,
  podPacket,
  tell,
  neverFragments,
} from './vectors.ts';

/** As much of a packet as an ICMPv4 error of 576 bytes has room for (RFC 1812 section 4.3.2.3). */
const LONG_QUOTE_BYTES = 548;
/** RFC 1191 section 3: no estimate of a path MTU goes below this. */
const IPV4_MINIMUM_MTU_BYTES = 68;

// RFC 4213 section 3.4 and RFC 1191 section 3: "fragmentation needed" lowers the path MTU at once, and the IPv4 header and 8 bytes
// are quote enough. Nobody is told anything until the next packet is too big, and then what RFC 4213 section 3.2.2 demands.
mtu.case(
  'mtu.learn-from-icmpv4',
  { setup: DYNAMIC, fresh: true, alsoJudges: ['mtu.packet-too-big-value'] },
  async (t) => {
    const packet = await fullPacket(t);
    if (packet === undefined) return;
    await tell(t, packet, 1400);
    const limitBytes = 1400 - overheadBytes(t.profile);
    await expectBoundary(t, limitBytes);
    const [fits, tooBig] = [podPacket(t, limitBytes), podPacket(t, limitBytes + 1, t.lab.n2, 1)];
    const seen = await t.exchange(fits, tooBig);
    t.expectTunnelled(seen, fits, { requirement: 'mtu.packet-too-big-value' });
    expectPacketTooBig(t, seen, tooBig, limitBytes, 'mtu.packet-too-big-value');

    // A router that quotes more is understood as well; it gives enough for telling the pod at once.
    const longer = fragmentationNeeded(t, packet, 1350, LONG_QUOTE_BYTES);
    await t.expectSilence(longer, { allow: [{ type: PACKET_TOO_BIG }] });
    await expectBoundary(t, 1350 - overheadBytes(t.profile));
  },
);

// RFC 1191 section 3: a message never raises the estimate, and never pushes it below 68 bytes.
mtu.case('mtu.never-increase', { setup: DYNAMIC, fresh: true, notFor: neverFragments }, async (t) => {
  const packet = await fullPacket(t);
  if (packet === undefined) return;
  await tell(t, packet, 1400);
  await expectBoundary(t, 1400 - overheadBytes(t.profile));
  for (const larger of [1401, 1500, 9000, 65535]) {
    await tell(t, packet, larger);
    await expectBoundary(t, 1400 - overheadBytes(t.profile));
  }
  for (const tiny of [IPV4_MINIMUM_MTU_BYTES, 40, 1]) {
    await tell(t, packet, tiny);
    await expectFloorMode(t, `after an MTU of ${String(tiny)}`);
  }
});

/** RFC 4213 section 3.2.2 for a path below 1280: DF clear up to 1280 bytes, Packet Too Big with 1280 above. */
const expectFloorMode = async (t: TestContext, when: string): Promise<void> => {
  const fitting = [60, IPV6_MINIMUM_MTU_BYTES].map((lengthBytes) => ({
    ...podPacket(t, lengthBytes),
    title: `pod packet of ${String(lengthBytes)} bytes ${when}`,
  }));
  const tooBig = podPacket(t, IPV6_MINIMUM_MTU_BYTES + 1, t.lab.n2, 1);
  const seen = await t.exchange(...fitting, tooBig);
  for (const stimulus of fitting) {
    const carried = expectCarried(t, seen, stimulus, { dontFragment: false });
    for (const frame of carried?.frames ?? []) {
      if (!ipv4MoreFragments(frame.bytes, ETHERNET.HEADER_LENGTH)) continue;
      const lengthBytes = ipv4TotalLength(frame.bytes, ETHERNET.HEADER_LENGTH);
      if (lengthBytes >= IPV4_MINIMUM_MTU_BYTES) continue;
      const legal = `outer fragments made for at least ${String(IPV4_MINIMUM_MTU_BYTES)} bytes`;
      t.violation(legal, `a first or middle fragment of ${String(lengthBytes)} bytes ${when}`, { frame });
      break;
    }
  }
  expectPacketTooBig(t, seen, tooBig, IPV6_MINIMUM_MTU_BYTES);
};

const REPETITIONS = 12;

// RFC 1191 section 5: a router that fills in no MTU leaves the estimate to the node: a plateau below the packet, or the floor.
mtu.case('mtu.next-hop-mtu-zero', { setup: DYNAMIC, fresh: true }, async (t) => {
  const packet = await fullPacket(t);
  if (packet === undefined) return;
  await tell(t, packet, 0);
  const estimateBytes = await reportedMtu(t, t.tunnelMtuBytes - 1);
  if (estimateBytes === undefined) return;
  t.note(`Estimate after a next-hop MTU of 0: ${String(estimateBytes)} bytes for inner packets`);
  await expectStillCarried(t, estimateBytes);

  // More of them walk the estimate down, but never so far that 1280 bytes no longer pass.
  const message = fragmentationNeeded(t, packet, 0);
  t.expectNothing(await t.exchange(...Array.from({ length: REPETITIONS }, () => message)), message);
  const lowestBytes = await reportedMtu(t, estimateBytes);
  if (lowestBytes !== undefined) await expectStillCarried(t, lowestBytes);
});

/** The MTU in the Packet Too Big about a packet of the full tunnel MTU, if it is a sane one. */
const reportedMtu = async (t: TestContext, atMostBytes: number): Promise<number | undefined> => {
  const full = podPacket(t, t.tunnelMtuBytes, t.lab.n2, 1);
  const error = t.expectIcmpv6(await t.exchange(full), full, { type: PACKET_TOO_BIG, via: 'P' });
  if (error === undefined) return undefined;
  const reported = error.parameter;
  if (reported >= IPV6_MINIMUM_MTU_BYTES && reported <= atMostBytes) return reported;
  const legal = `MTU of Packet Too Big from ${String(IPV6_MINIMUM_MTU_BYTES)} to ${String(atMostBytes)}`;
  t.violation(legal, `MTU of Packet Too Big ${String(reported)}`, { frame: error.frame });
  return undefined;
};

/** Traffic goes on: what the node said it takes, it takes. */
const expectStillCarried = async (t: TestContext, largestBytes: number): Promise<void> => {
  const sizes = new Set([60, IPV6_MINIMUM_MTU_BYTES, largestBytes]);
  const stimuli = [...sizes].map((lengthBytes) => podPacket(t, lengthBytes));
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) t.expectTunnelled(seen, stimulus);
};

// RFC 4213 section 3.2.2 and RFC 8201 section 5.2: a path MTU belongs to one tunnel endpoint, and traffic to others does not touch it.
mtu.case(
  'mtu.per-destination',
  {
    setup: DYNAMIC,
    fresh: true,
    notFor: (profile) => (isConfiguredTunnel(profile) ? 'A configured tunnel has one endpoint' : undefined),
  },
  async (t) => {
    const { n2, n3 } = t.lab;
    const toN2 = await fullPacket(t, n2);
    if (toN2 === undefined) return;
    await tell(t, toN2, 1400);
    const toN3 = await fullPacket(t, n3);
    const limitBytes = 1400 - overheadBytes(t.profile);

    const rounds = [1, 2, 3].map(() => ({
      large: podPacket(t, t.tunnelMtuBytes, n3),
      tooBig: podPacket(t, limitBytes + 1, n2, 1),
      fits: podPacket(t, limitBytes, n2),
    }));
    const seen = await t.exchange(...rounds.flatMap(({ large, tooBig, fits }) => [large, tooBig, fits]));
    for (const { large, tooBig, fits } of rounds) {
      expectCarried(t, seen, large, { outerPackets: 1 });
      expectPacketTooBig(t, seen, tooBig, limitBytes);
      expectCarried(t, seen, fits, { outerPackets: 1 });
    }

    // Two endpoints with a path MTU each.
    if (toN3 === undefined) return;
    await tell(t, toN3, 1360);
    await expectBoundary(t, 1360 - overheadBytes(t.profile), n3);
    await expectBoundary(t, limitBytes, n2);
  },
);
