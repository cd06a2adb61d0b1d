import { Ipv6Prefix } from '../../harness/address/index.ts';
import { named } from '../decap/vectors.ts';
import { loop } from './area.ts';

/** A subnet of its own for the point-to-point link; the DUT has its first address. */
const TUNNEL_SUBNET = '2001:db8:45::/64';
const ADDRESS_UNREACHABLE = { type: 1, codes: [3] } as const;

// RFC 4443 section 3.1: a packet that came out of a point-to-point link for an address of that very link, which is not the router's,
// must not go back into it, where the other end would do the same. Its sender should be told.
loop.case('loop.p2p-return', { setup: { tunnelSubnet: TUNNEL_SUBNET }, errors: 'expected' }, async (t) => {
  const { n2 } = t.lab;
  const subnet = Ipv6Prefix.parse(TUNNEL_SUBNET);
  const stimuli = [0x99n, 0xffff_ffffn].map((bits, index) =>
    named(
      t.fromTunnel({ source: n2.pod(index), destination: subnet.at(bits) }),
      `tunnel packet from N2 for ${subnet.at(bits).toString()} on the tunnel's own subnet`,
    ),
  );
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const isSilent = seen.of(stimulus).length === 0;
    if (!isSilent) t.expectIcmpv6(seen, stimulus, { ...ADDRESS_UNREACHABLE, via: n2.ipv4 });
    else {
      t.expectNothing(seen, stimulus);
      t.violation('ICMPv6 Destination Unreachable, code 3', `nothing after the ${stimulus.title}`, { tolerated: true });
    }
  }
});
