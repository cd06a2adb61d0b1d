import { Ipv6Address, Ipv6Prefix } from '../../harness/address/index.ts';
import { NDP_OPTION } from '../../harness/packet/index.ts';
import { config } from './area.ts';
import { solicitAdvertisements, type Advertisement } from './solicitation.ts';

const SIX_TO_FOUR = Ipv6Prefix.parse('2002::/16');
/** RFC 4191 section 2.3. */
const ROUTE_INFORMATION = 24;

interface Announced {
  readonly prefix: Ipv6Address;
  readonly length: number;
}

/** Prefixes that an advertisement names, as prefixes of the link or as routes. */
const announced = ({ options }: Advertisement): Announced[] =>
  options.flatMap(({ type, body, prefixInformation }) => {
    if (prefixInformation !== undefined)
      return [{ prefix: prefixInformation.prefix, length: prefixInformation.prefixLength }];
    if (type !== ROUTE_INFORMATION) return [];
    const bytes = new Uint8Array(16);
    bytes.set(body.subarray(6, 22));
    return [{ prefix: Ipv6Address.fromBytes(bytes), length: body[0] ?? 0 }];
  });

const is6to4 = ({ prefix }: Announced): boolean => SIX_TO_FOUR.contains(prefix);

/** What is wrong with it in a 6to4 site; a node may announce the prefix of its own site on the link of its pods. */
const fault = (advertisement: Advertisement): string | undefined => {
  const { frame, isInTunnel } = advertisement;
  if (isInTunnel) return 'a Router Advertisement in the tunnel';
  const prefixes = announced(advertisement).filter(is6to4);
  if (frame.port !== 'P') return prefixes.length > 0 ? `a 6to4 prefix announced on ${frame.port}` : undefined;
  return prefixes.some(({ length }) => length <= SIX_TO_FOUR.length) ? '2002::/16 itself announced on P' : undefined;
};

// RFC 3056 section 5.11, RFC 6343 section 3: 2002::/16 is not for the 6to4 domain, in which it leads everywhere already, nor for native IPv6, to which only a
// willing relay announces it. Router Advertisements are the announcements that two ports can show.
config.case('config.no-6to4-advertisement', { slow: true }, async (t) => {
  for (const setup of [{ relay: 'none' }, { relay: 'configured' }] as const) {
    if (t.profile.switches.relay !== setup.relay) {
      const { refused } = await t.tryRestart({ switches: setup });
      if (refused !== undefined) {
        t.note(`Not judged with relay=${setup.relay}: ${refused}`);
        continue;
      }
    }
    const wrong = (await solicitAdvertisements(t)).flatMap((advertisement) => {
      const what = fault(advertisement);
      return what === undefined ? [] : [{ what, frame: advertisement.frame }];
    });
    for (const { what, frame } of wrong) t.violation('no Router Advertisement for 2002::/16', what, { frame });
    t.expectEqual(`Router Advertisements for 2002::/16 with relay=${setup.relay}:`, wrong.length, 0);
  }
});

// RFC 6343 section 3: hosts on a link of 1500 bytes behind a narrower tunnel need to be told of its MTU with the prefix, for the sake of their TCP.
config.case('config.ra-mtu', { slow: true }, async (t) => {
  const { nodePrefix } = t.lab.n1;
  const ofNode = (await solicitAdvertisements(t)).filter(
    (advertisement) =>
      advertisement.frame.port === 'P' && announced(advertisement).some(({ prefix }) => nodePrefix.contains(prefix)),
  );
  if (ofNode.length === 0) t.skip('The node announces no prefix of its own on the pod link, and was asked to');
  for (const { frame, options } of ofNode) {
    const mtuBytes = options.find(({ type }) => type === NDP_OPTION.MTU)?.mtu;
    t.expectEqual('MTU option in the Router Advertisement:', mtuBytes === undefined ? 'none' : 'one', 'one', { frame });
    if (mtuBytes !== undefined && mtuBytes > t.tunnelMtuBytes)
      t.violation(`an MTU of at most ${String(t.tunnelMtuBytes)}`, `an MTU of ${String(mtuBytes)}`, { frame });
  }
});
