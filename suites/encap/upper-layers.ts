import {
  ETHERNET,
  ethernet,
  ipv4,
  build,
  payload,
  udp,
  ipv4DontFragment,
  ipv4MoreFragments,
  ipv4FragmentOffset,
} from '../../harness/packet/index.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { encap } from './area.ts';
import { expectCarriedUnchanged } from './judging.ts';
import { needsOuterIpv4 } from '../outer-family.ts';

/** No Next Header, Destination Options, Mobility, HIP, Shim6, experimental, IPv4, IPv6, GRE and ESP. */
const NEXT_HEADERS = [59, 60, 135, 139, 140, 253, 4, 41, 47, 50];

// RFC 4213 section 3.1, RFC 8200 section 4: the tunnel carries IPv6 packets, whatever is in them; only their destination may find
// fault with an unknown next header.
encap.case('encap.any-upper-layer', async (t) => {
  const stimuli = NEXT_HEADERS.flatMap((nextHeader) =>
    [8, 61].map((lengthBytes) => ({
      ...t.fromPod({ layers: [], nextHeader, payload: t.random.bytes(lengthBytes) }),
      title: `pod packet with next header ${String(nextHeader)} and ${String(lengthBytes)} bytes`,
    })),
  );
  await expectCarriedUnchanged(t, stimuli);
});

// RFC 6864 section 4.3, RFC 791 section 3.1: who sends a packet with DF set does not fragment it, and who forwards one neither
// fragments it nor clears the bit.
encap.case(
  'encap.df-never-cleared-in-transit',
  { setup: { switches: { mtuMode: 'dynamic' } }, notFor: needsOuterIpv4 },
  async (t) => {
    const largest = t.tunnelMtuBytes;
    const sizes = [60, 1280, 1281, largest - 1, largest, largest + 1, 1500].filter((size) => size <= 1500);
    const stimuli = [...new Set(sizes)].map((lengthBytes, index) => ({
      ...t.fromPod({ source: t.lab.n1.pod(index % 4), lengthBytes }),
      title: `pod packet of ${String(lengthBytes)} bytes`,
    }));
    const foreign = foreignPacket(t);
    const seen = await t.exchange(...stimuli, foreign);
    for (const stimulus of stimuli) {
      const frames = seen.tunnelPackets(stimulus).flatMap((packet) => packet.frames);
      for (const frame of frames) {
        const { bytes } = frame;
        const isFragment =
          ipv4MoreFragments(bytes, ETHERNET.HEADER_LENGTH) || ipv4FragmentOffset(bytes, ETHERNET.HEADER_LENGTH) > 0;
        t.expectEqual(`DF set (${stimulus.title}):`, ipv4DontFragment(bytes, ETHERNET.HEADER_LENGTH), true, { frame });
        t.expectEqual(`outer fragment (${stimulus.title}):`, isFragment, false, { frame });
      }
    }
    // Most overlay nodes forward no IPv4 at all, which is no fault.
    for (const frame of seen.of(foreign).filter(({ port }) => port !== 'P'))
      t.expectEqual(`DF set (${foreign.title}):`, ipv4DontFragment(frame.bytes, ETHERNET.HEADER_LENGTH), true, {
        frame,
      });
  },
);

/** An IPv4 packet with DF that is not the DUT's. */
const foreignPacket = (t: TestContext): ReturnType<TestContext['raw']> => {
  const mark = t.mark();
  const { lab } = t;
  const frame = build(
    ethernet({ source: lab.macOf(lab.n2.ipv4), destination: lab.macs.dut.U }),
    ipv4({ source: lab.n2.ipv4, destination: lab.underlay.gatewayB, dontFragment: true }),
    udp({ sourcePort: 41000, destinationPort: 41001 }),
    payload(t.tag(mark)),
  );
  return t.raw('U', 'IPv4 packet with DF from N2 to gateway B, by way of the DUT', frame, mark);
};
