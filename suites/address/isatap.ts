import { Ipv6Address } from '../../harness/address/index.ts';
import type { Ipv4Address } from '../../harness/address/index.ts';
import type { Stimulus } from '../../harness/tester/context.ts';
import { address } from './area.ts';

/** A router may say that it has nowhere to send a packet. */
const UNREACHABLE = { allow: [{ type: 1 }] };

// RFC 5214 sections 6.1 and 7.2: the endpoint is the last four octets of the next hop, where the four before them say 00-00-5e-fe or
// 02-00-5e-fe: the u bit tells where the IPv4 address is unique, and changes nothing. A next hop without them has no endpoint.
address.case('address.isatap-iid', async (t) => {
  const { lab } = t;
  const { isatap, n2, n3 } = lab;
  if (isatap === undefined) return t.skip('The profile has no ISATAP link');
  const { addressOf, behindUniversal, behindOther } = isatap;
  const to = (destination: Ipv6Address, what: string): Stimulus => ({
    ...t.fromPod({ destination }),
    title: `pod packet to ${destination.toString()}, ${what}`,
  });
  const onLink = [n2, n3].flatMap(({ ipv4 }): (readonly [Stimulus, Ipv4Address])[] =>
    [false, true].map((universal) => [
      to(addressOf(ipv4, 'global', universal), `an ISATAP address with u = ${String(Number(universal))}`),
      ipv4,
    ]),
  );
  const mapped: (readonly [Stimulus, Ipv4Address])[] = [
    [to(n2.pod(), `behind ${addressOf(n2.ipv4, 'link-local', false).toString()}`), n2.ipv4],
    [to(behindUniversal.at(0x10n), `behind ${addressOf(n2.ipv4, 'link-local', true).toString()}`), n2.ipv4],
    ...onLink,
  ];
  const low = BigInt(n2.ipv4.toNumber());
  const prefix = addressOf(n2.ipv4, 'global').toBigInt() & (-1n << 64n);
  // The identifier with another bit set: g, the neighbours of 5efe, and none of it.
  const noIdentifiers = [0x0100_5efen, 0x0000_5effn, 0x0000_5efcn, 0x0400_5efen, 0x0000_0000n, 0x0000_fe5en];
  const unmapped = [
    to(behindOther.at(0x10n), 'behind a next hop without 5efe'),
    ...noIdentifiers.map((upperHalf) =>
      to(Ipv6Address.fromBigInt(prefix | (upperHalf << 32n) | low), 'on the link, but no ISATAP address'),
    ),
  ];
  const seen = await t.exchange(...mapped.map(([stimulus]) => stimulus), ...unmapped);
  for (const [stimulus, outerDestination] of mapped) t.expectTunnelled(seen, stimulus, { outerDestination });
  for (const stimulus of unmapped) t.expectNothing(seen, stimulus, UNREACHABLE);
});
