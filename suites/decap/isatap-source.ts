import { Ipv6Address, type Ipv4Address } from '../../harness/address/index.ts';
import type { Stimulus } from '../../harness/tester/context.ts';
import { decap } from './area.ts';
import { expectDroppedBeside } from './judging.ts';
import { named } from './vectors.ts';

// RFC 5214 section 7.3: what comes through the tunnel is valid where its inner source is an ISATAP address that embeds the outer source, or
// where the outer source is on the potential router list; anything else is discarded in silence.
decap.case('decap.isatap-source', async (t) => {
  const { lab } = t;
  const { isatap, n2, n3, underlay } = lab;
  if (isatap === undefined) return t.skip('The profile has no ISATAP link');
  const { addressOf } = isatap;
  const from = (ipv4: Ipv4Address, source: Ipv6Address, what: string): Stimulus =>
    named(t.fromTunnel({ source }, { from: ipv4 }), `tunnel packet from ${ipv4.toString()} with ${what}`);
  const outside = lab.outsidePrefix.at(5);
  const onLinkOnly = addressOf(n3.ipv4, 'global').toBigInt() ^ (1n << 33n);
  const accepted = [
    ...[false, true].map((universal) =>
      from(
        n3.ipv4,
        addressOf(n3.ipv4, 'global', universal),
        `its own ISATAP address, u = ${String(Number(universal))}`,
      ),
    ),
    from(underlay.relay, addressOf(underlay.relay, 'global'), 'its own ISATAP address'),
    from(n2.ipv4, n2.pod(), 'a source behind it: it is a router of the list'),
    from(n2.ipv4, outside, 'an outside source: it is a router of the list'),
    from(n2.ipv4, addressOf(n2.ipv4, 'global'), 'its own ISATAP address'),
  ];
  const dropped = [
    from(n3.ipv4, n3.pod(), 'a native source, and not on the list'),
    from(n3.ipv4, outside, 'an outside source, and not on the list'),
    from(n3.ipv4, addressOf(n2.ipv4, 'global'), "N2's ISATAP address"),
    from(n3.ipv4, n2.pod(), 'a source behind N2'),
    from(n3.ipv4, Ipv6Address.fromBigInt(onLinkOnly), 'a source on the link that is no ISATAP address'),
    from(underlay.relay, outside, 'an outside source, and not on the list'),
  ];
  await expectDroppedBeside(t, accepted, dropped);
});

// The list is configuration: a router that is put on it may send from outside.
decap.case('decap.isatap-source', { variant: 'listed', setup: { switches: { relay: 'configured' } } }, async (t) => {
  const { lab } = t;
  const source = lab.outsidePrefix.at(5);
  const listed = named(t.fromTunnel({ source }, { from: lab.underlay.relay }), 'tunnel packet of a router on the list');
  const stranger = named(t.fromTunnel({ source }, { from: lab.n3.ipv4 }), 'the same packet from a node that is not');
  await expectDroppedBeside(t, [listed], [stranger]);
});
