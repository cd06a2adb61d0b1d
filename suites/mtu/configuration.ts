import { overheadBytes, type Profile } from '../../harness/profile/index.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import {
  expectBoundary,
  expectCarried,
  fullPacket,
  IPV6_MINIMUM_MTU_BYTES,
  PACKET_TOO_BIG,
  podPacket,
  STATIC,
  tell,
  configuresTunnelMtu,
} from './vectors.ts';

const LARGEST_UNCONFIGURED_BYTES = 1480;
const OVERSIZED_BYTES = 1600;

// RFC 5969 section 9.1: where the domain is known to carry packets of the MTU of its IPv4 links, the tunnel MTU is 20 bytes less
// than that; where nothing is known, 1280.
mtu.case(
  'mtu.6rd-tunnel-mtu',
  { setup: { switches: { mtuMode: 'dynamic', mtuDefault: 'underlay-minus-overhead' } } },
  (t) => expectBoundary(t, t.tunnelMtuBytes),
);
mtu.case(
  'mtu.6rd-tunnel-mtu',
  { variant: 'unknown-path', setup: { switches: { mtuMode: 'dynamic', mtuDefault: '1280' } } },
  (t) => expectBoundary(t, IPV6_MINIMUM_MTU_BYTES),
);

// RFC 4213 section 3.2.1, RFC 5969 section 9.1: whatever the default is, the tunnel MTU is what somebody has configured.
mtu.case('mtu.configurable', async (t) => {
  for (const staticMtuBytes of [1280, 1400, t.underlayMtuBytes - overheadBytes(t.profile)]) {
    await t.restart({ switches: { mtuMode: 'static' }, staticMtuBytes });
    await expectBoundary(t, staticMtuBytes);
  }
});

// RFC 4213 section 3.2: a node that knows both modes has them for each tunnel, not for all. Either tunnel has either mode once.
mtu.case('mtu.mode-per-tunnel', async (t) => {
  await t.restart({ switches: { mtuMode: 'static' }, secondTunnel: '6in4,mtu=dynamic' });
  await expectModes(t);
  await t.restart({ switches: { mtuMode: 'dynamic' }, secondTunnel: '6in4,mtu=static:1280' });
  await expectModes(t);
});

const expectModes = async (t: TestContext): Promise<void> => {
  const probes = [t.lab, t.secondLab].map((lab) => ({
    dontFragment: lab.profile.switches.mtuMode === 'dynamic',
    stimulus: {
      ...podPacket(t, IPV6_MINIMUM_MTU_BYTES, lab.n2),
      title: `pod packet of 1280 bytes on the tunnel to ${lab.n2.ipv4.toString()} in ${lab.profile.switches.mtuMode} mode`,
    },
  }));
  const seen = await t.exchange(...probes.map(({ stimulus }) => stimulus));
  for (const { dontFragment, stimulus } of probes) expectCarried(t, seen, stimulus, { dontFragment });
};

// RFC 4213 section 3.2.1: with a static tunnel MTU no ICMPv4 message has a say. The packet still leaves, DF clear, in fragments if the
// node believes the message for its IPv4.
mtu.case('mtu.static-ignores-icmpv4', { setup: STATIC, fresh: true }, async (t) => {
  const packet = await fullPacket(t);
  if (packet === undefined) return;
  for (const nextHopMtuBytes of [600, 1000, 68]) {
    await tell(t, packet, nextHopMtuBytes);
    const sizes = [60, IPV6_MINIMUM_MTU_BYTES, t.tunnelMtuBytes];
    const stimuli = [...new Set(sizes)].map((lengthBytes) => ({
      ...podPacket(t, lengthBytes),
      title: `pod packet of ${String(lengthBytes)} bytes after an MTU of ${String(nextHopMtuBytes)}`,
    }));
    const seen = await t.exchange(...stimuli);
    for (const stimulus of stimuli) expectCarried(t, seen, stimulus, { dontFragment: false });
  }
});

const notInProtocol41 = ({ encapsulation }: Profile): string | undefined =>
  encapsulation.kind === 'protocol-41' ? undefined : 'the sizes are those of protocol 41';

// RFC 4213 section 3.2.1: a static tunnel MTU above 1480 may be more than the other end can put together, so it takes somebody to ask
// for it. Links that would carry it are no such request.
mtu.case(
  'mtu.static-above-reassembly',
  {
    setup: { ...STATIC, podMtuBytes: OVERSIZED_BYTES },
    notFor: (profile) => notInProtocol41(profile) ?? configuresTunnelMtu(profile),
  },
  async (t) => {
    const beyond = [LARGEST_UNCONFIGURED_BYTES + 1, 1500, 1501, OVERSIZED_BYTES];
    const stimuli = beyond.map((lengthBytes, index) => podPacket(t, lengthBytes, t.lab.n2, index));
    const seen = await t.exchange(...stimuli);
    for (const stimulus of stimuli) t.expectIcmpv6(seen, stimulus, { type: PACKET_TOO_BIG, via: 'P' });
    const { refused } = await t.tryRestart({ staticMtuBytes: OVERSIZED_BYTES });
    if (refused !== undefined) {
      t.note(`A tunnel MTU of ${String(OVERSIZED_BYTES)} was refused: ${refused}`);
      return;
    }
    const asked = podPacket(t, OVERSIZED_BYTES);
    const packets = (await t.exchange(asked)).tunnelPackets(asked);
    t.note(
      `A tunnel MTU of ${String(OVERSIZED_BYTES)}, when asked for: ${String(packets[0]?.frames.length ?? 0)} outer packets`,
    );
  },
);
