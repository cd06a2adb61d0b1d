import { ETHERNET, fromHex } from '../../harness/packet/index.ts';
import { expectDroppedBeside } from '../decap/judging.ts';
import { named } from '../decap/vectors.ts';
import { gre } from './area.ts';

/** Version 0, no optional field, an IPv6 payload. */
const GRE_HEADER = fromHex('000086dd');

/** IPv4, ARP, transparent Ethernet, the neighbours of 0x86dd, byte order confused, nothing. */
const OTHER_TYPES = [0x0800, 0x0806, 0x6558, 0x86dc, 0x86de, 0xdd86, 0x880b, 0x0000, 0xffff] as const;

// RFC 7676 section 2.1 and RFC 2784 sections 2 and 2.2: IPv6 in GRE has protocol type 0x86DD, version 0 and, unless more is
// configured, the four bytes of the base header; a payload of another type is not IPv6, whatever it looks like.
gre.case('gre.header', async (t) => {
  const stimuli = [40, 60, 1280, t.tunnelMtuBytes].map((lengthBytes) =>
    named(t.fromPod({ lengthBytes }), `pod packet of ${String(lengthBytes)} bytes`),
  );
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer, inner } = packet;
    t.expectEqual(`outer protocol (${stimulus.title})`, outer.protocol, 47, { frame });
    const at = ETHERNET.HEADER_LENGTH + outer.ihl * 4;
    const header = frame.bytes.subarray(at, at + GRE_HEADER.length);
    t.expectBytes(`GRE header (${stimulus.title})`, header, GRE_HEADER, { frame });
    t.expectEqual(`bytes behind it (${stimulus.title})`, inner.length, stimulus.inner.length, { frame });
  }
  const others = OTHER_TYPES.map((protocolType) =>
    named(
      t.fromTunnel({}, { gre: { protocolType } }),
      `IPv6 packet in GRE with protocol type 0x${protocolType.toString(16).padStart(4, '0')}`,
    ),
  );
  await expectDroppedBeside(t, [named(t.fromTunnel(), 'IPv6 packet in GRE with protocol type 0x86dd')], others);
});
