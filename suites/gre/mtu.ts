import type { SetupChanges, TestContext } from '../../harness/tester/context.ts';
import { expectBoundary, expectCarried, expectPacketTooBig, fullPacket, podPacket, tell } from '../mtu/vectors.ts';
import { gre } from './area.ts';

const UNDERLAY_BYTES = 1500;
const NARROW_PATH_BYTES = 1400;
/** With any of the overheads below, less than 1280 is left for the inner packet. */
const FLOOR_PATH_BYTES = 1290;
const IPV6_MINIMUM_MTU_BYTES = 1280;
/** GRE: 20 bytes of IPv4 and 4 of GRE (RFC 7676 section 3.1). IPv6 in IPv6: 40, and 8 of the limit option (RFC 2473 section 7). */
const OVERHEAD_BYTES = { gre: 24, ip6ip6: 40, 'ip6ip6 with limit': 48 } as const;

const dynamic = (switches: SetupChanges['switches'] = {}): SetupChanges => ({
  switches: { ...switches, mtuMode: 'dynamic', mtuDefault: 'underlay-minus-overhead' },
});

/** What fits is not fragmented; one byte more is answered with the tunnel MTU, also that of a path that turned out narrower. */
const judgeValue = async (t: TestContext, overheadBytes: number): Promise<void> => {
  await expectBoundary(t, UNDERLAY_BYTES - overheadBytes);
  const packet = await fullPacket(t);
  if (packet === undefined) return;
  await tell(t, packet, NARROW_PATH_BYTES);
  await expectBoundary(t, NARROW_PATH_BYTES - overheadBytes);
};

/** Where less than 1280 is left: up to 1280 the tunnel fragments its own packets, above it answers with 1280. */
const judgeFloor = async (t: TestContext, overheadBytes: number): Promise<void> => {
  const packet = await fullPacket(t);
  if (packet === undefined) return;
  await tell(t, packet, FLOOR_PATH_BYTES);
  const whole = podPacket(t, FLOOR_PATH_BYTES - overheadBytes);
  const fragmented = [FLOOR_PATH_BYTES - overheadBytes + 1, IPV6_MINIMUM_MTU_BYTES].map((lengthBytes) =>
    podPacket(t, lengthBytes),
  );
  const tooBig = [1, 100].map((excess, index) => podPacket(t, IPV6_MINIMUM_MTU_BYTES + excess, t.lab.n2, index + 1));
  const seen = await t.exchange(whole, ...fragmented, ...tooBig);
  expectCarried(t, seen, whole, { outerPackets: 1 });
  for (const stimulus of fragmented) expectCarried(t, seen, stimulus, { outerPackets: 2 });
  for (const stimulus of tooBig) expectPacketTooBig(t, seen, stimulus, IPV6_MINIMUM_MTU_BYTES);
};

const ofOuterIpv4 = ({ switches }: { readonly switches: { readonly outerFamily: string } }): string | undefined =>
  switches.outerFamily === 'ipv6' ? undefined : 'the option belongs to an outer IPv6 header';

const overheadOf = (t: TestContext): number => {
  const { outerFamily, encapLimit } = t.profile.switches;
  if (outerFamily === 'ipv4') return OVERHEAD_BYTES.gre;
  const framingBytes = { 'protocol-41': 0, fou: 8, gue: 12, gre: 4 }[t.profile.encapsulation.kind];
  return OVERHEAD_BYTES[encapLimit === 'off' ? 'ip6ip6' : 'ip6ip6 with limit'] + framingBytes;
};

// RFC 7676 sections 3.1 and 3.2, RFC 2473 sections 7.1 and 7.2: the tunnel MTU is what the path leaves after the headers of the tunnel;
// what is larger is dropped and answered with it.
gre.case('gre.mtu', { setup: dynamic(), fresh: true }, (t) => judgeValue(t, overheadOf(t)));

gre.case('gre.mtu', { variant: 'floor', setup: dynamic(), fresh: true }, (t) => judgeFloor(t, overheadOf(t)));

gre.case(
  'gre.mtu',
  { variant: 'limit-option', setup: dynamic({ encapLimit: '4' }), fresh: true, notFor: ofOuterIpv4 },
  async (t) => {
    await judgeValue(t, overheadOf(t));
    await t.restart();
    await judgeFloor(t, overheadOf(t));
  },
);

// RFC 4213 section 3.2.1, which both follow: a fixed tunnel MTU takes no notice of the path.
gre.case('gre.mtu', { variant: 'static', setup: { switches: { mtuMode: 'static' } } }, async (t) => {
  const mtuBytes = t.profile.staticMtuBytes;
  const fits = podPacket(t, mtuBytes);
  const tooBig = podPacket(t, mtuBytes + 1, t.lab.n2, 1);
  const seen = await t.exchange(fits, tooBig);
  expectCarried(t, seen, fits, { outerPackets: 1 });
  expectPacketTooBig(t, seen, tooBig, mtuBytes);
});
