import type { GreFields } from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { expectForwardedUnchanged, expectNotTakenBeside } from '../decap/judging.ts';
import { named } from '../decap/vectors.ts';
import { gre } from './area.ts';

/** Bit 0 is the most significant one of the first word (RFC 2784 section 2). */
const bit = (number: number): number => 0x8000 >>> number;
const CHECKSUM = bit(0);
const SEQUENCE_BIT = 3;
/** What RFC 1701 had there: source routes, their strictness, recursion control. */
const OBSOLETE_BITS = [1, 4, 5] as const;
const RESERVED_BITS = [6, 7, 8, 9, 10, 11, 12] as const;

const inGre = (t: TestContext, title: string, fields: GreFields): Stimulus =>
  named(t.fromTunnel({}, { gre: fields }), `tunnel packet with ${title}`);

// RFC 2784 sections 2.2 and 2.3, RFC 2890 section 2: a receiver discards what has one of bits 1 to 5 set that it does not implement, and
// ignores bits 6 to 12. The tunnel is configured without a key, so a packet with one is of another tunnel. A checksum that
// is present covers the GRE header and all behind it, and a wrong one ends the packet.
gre.case('gre.receive-flags', async (t) => {
  const accepted = [
    inGre(t, 'no flags', {}),
    ...RESERVED_BITS.map((number) => inGre(t, `reserved bit ${String(number)}`, { flags: bit(number) })),
    inGre(t, 'all reserved bits', { flags: RESERVED_BITS.reduce((flags, number) => flags | bit(number), 0) }),
    inGre(t, 'a right checksum', { checksum: 'compute' }),
    inGre(t, 'a right checksum and a reserved bit', { checksum: 'compute', flags: CHECKSUM | bit(9) }),
  ];
  const dropped = [
    ...OBSOLETE_BITS.map((number) => inGre(t, `bit ${String(number)}`, { flags: bit(number) })),
    ...[0, 1, 0xffffffff].map((key) => inGre(t, `key ${String(key)} on a tunnel without one`, { key })),
    inGre(t, 'the checksum 0x0000', { checksum: 0x0000 }),
    inGre(t, 'the checksum 0xffff', { checksum: 0xffff }),
    inGre(t, 'a checksum bit and no checksum', { flags: CHECKSUM }),
    inGre(t, 'version 1', { flags: 1 }),
    inGre(t, 'version 7', { flags: 7 }),
  ];
  await expectNotTakenBeside(t, accepted, dropped);

  // A sequence number is for a receiver that implements it, which then finds the packet behind it.
  const numbered = inGre(t, `a sequence number (bit ${String(SEQUENCE_BIT)})`, { sequence: 1 });
  const seen = await t.exchange(numbered);
  if (seen.of(numbered).length === 0) t.expectNothing(seen, numbered);
  else {
    const delivered = t.expectDelivered(seen, numbered);
    if (delivered !== undefined) expectForwardedUnchanged(t, delivered, numbered);
  }
});
