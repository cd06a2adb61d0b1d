import { ETHERNET, hopByHopOptions, ipv4Version, udp } from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import { encap } from './area.ts';
import { judgeHeaderChecksum, SEGMENT_PREFIX_LENGTH } from './header-checksum.ts';
import { needsOuterIpv4 } from '../outer-family.ts';

// RFC 4213 section 3.5, RFC 791 section 3.1: the reserved flag is 0, MF and Fragment Offset are 0 unless this node fragments, and
// DF follows the MTU mode: clear with a static tunnel MTU (section 3.2.1), set with a dynamic one (section 3.2.2).
encap.case('encap.flags-and-offset', async (t) => {
  const sizes = [0, 1, 8, 1232 - 40, 1280 - 40, t.tunnelMtuBytes - 40].map((payloadBytes) => payloadBytes + 40);
  const stimuli = sizes.map((lengthBytes) => ({
    ...t.fromPod({ lengthBytes }),
    title: `pod packet of ${String(lengthBytes)} bytes`,
  }));
  const seen = await t.exchange(...stimuli);
  const isStatic = t.profile.switches.mtuMode === 'static';
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer } = packet;
    t.expectEqual('reserved flag', outer.reservedFlag, false, { frame });
    t.expectEqual('MF', outer.moreFragments, false, { frame });
    t.expectEqual('Fragment Offset', outer.fragmentOffset, 0, { frame });
    // Of an outer IPv6 header nobody on the way makes fragments. DF in dynamic mode is a SHOULD.
    if (packet.outerIpv6 !== undefined) continue;
    t.expectEqual(`DF with a ${isStatic ? 'static' : 'dynamic'} tunnel MTU`, outer.dontFragment, !isStatic, {
      frame,
      tolerated: !isStatic,
    });
  }
});

// RFC 4213 section 3.5, RFC 791 section 3.1: the Header Checksum is the one's complement of the one's complement sum over the
// header as it is sent, also where the carries of that sum carry once more.
encap.case(
  'encap.header-checksum',
  { setup: { underlayPrefixLength: SEGMENT_PREFIX_LENGTH }, notFor: needsOuterIpv4 },
  judgeHeaderChecksum,
);

const IDENTIFIED_PACKETS = 2000;
const FLOWS = 4;

// RFC 4213 section 3.5, RFC 6864 section 4.3: of packets that may be fragmented on their way no two with the same source,
// destination and protocol have the same Identification within the lifetime of a datagram, whatever flows they belong to.
encap.case('encap.identification', { setup: { switches: { mtuMode: 'static' } } }, async (t) => {
  const stimuli = Array.from({ length: IDENTIFIED_PACKETS }, (_, index) => ({
    ...t.fromPod({ flowLabel: 0x1d000 + (index % FLOWS), layers: [udp({ sourcePort: 42000 + (index % FLOWS) })] }),
    title: `pod packet ${String(index)} of ${String(IDENTIFIED_PACKETS)}`,
  }));
  const seen = await t.exchange(...stimuli);
  const users = new Map<number, string>();
  let dontFragmentPackets = 0;
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer } = packet;
    if (outer.dontFragment) {
      dontFragmentPackets += 1;
      continue;
    }
    const earlier = users.get(outer.identification);
    if (earlier !== undefined)
      t.violation(
        'an Identification of its own for every packet with DF clear',
        `Identification ${String(outer.identification)} in the ${stimulus.title} and in the ${earlier}`,
        { frame },
      );
    users.set(outer.identification, stimulus.title);
  }
  if (dontFragmentPackets > 0)
    t.note(`${String(dontFragmentPackets)} packets have DF set; their Identification is free`);
});

const PORTS = { sourcePort: 41000, destinationPort: 41001 };
/** Two options that a node skips when it does not know them (RFC 8200 section 4.2), eleven bytes each. */
const TWO_OPTIONS = Uint8Array.of(0x1e, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x1e, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9);
const ROUTER_ALERTS = [0, 1, 2, 0xffff];

// RFC 4213 section 3.5, RFC 791 section 3.1: the outer header has no options, whatever options the inner packet has, so IHL is 5
// and the next header starts 20 bytes after it.
encap.case('encap.ihl-5', { notFor: needsOuterIpv4 }, async (t) => {
  const stimuli = [
    { ...t.fromPod(), title: 'plain pod packet' },
    ...ROUTER_ALERTS.map((value) => {
      // RFC 2711 section 2.1: type 5, length 2, value.
      const options = Uint8Array.of(5, 2, value >> 8, value & 0xff);
      const layers = [hopByHopOptions({ options }), udp(PORTS)];
      return { ...t.fromPod({ layers }), title: `pod packet with Router Alert ${String(value)}` };
    }),
    {
      ...t.fromPod({ layers: [hopByHopOptions({ options: TWO_OPTIONS }), udp(PORTS)] }),
      title: 'pod packet with 24 bytes of Hop-by-Hop Options',
    },
  ];
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer } = packet;
    t.expectEqual(`IHL (${stimulus.title})`, outer.ihl, 5, { frame });
    const innerAt = ETHERNET.HEADER_LENGTH + overheadBytes(t.profile);
    const carried = frame.bytes.subarray(innerAt, innerAt + stimulus.inner.length);
    t.expectEqual(
      `version ${String(overheadBytes(t.profile))} bytes after the start of the outer header`,
      ipv4Version(carried, 0),
      6,
      { frame },
    );
    t.expectBytes(
      `inner packet ${String(overheadBytes(t.profile))} bytes after the start of the outer header`,
      carried,
      stimulus.inner,
      {
        frame,
        ignore: (offset) => offset === 7,
      },
    );
  }
});
