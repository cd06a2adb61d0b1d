import { bytesOf, frame, ipv4, ipv6, tunnelled } from '../handmade.ts';
import { type Example, PUBLIC, SIX_IN_FOUR } from './example.ts';

const IP6IP6 = 'ip6ip6';
const ANYCAST = '6rd-br,brAddress=anycast';
const UNDERLAY = { source: 'fd00:6::c000:20a', destination: 'fd00:6::c000:214' };

/** The packet of a pod in GRE with this header. */
const inGre = (header: readonly number[]): Uint8Array =>
  frame(ipv4(bytesOf(header, ipv6(SIX_IN_FOUR)), { ...PUBLIC, protocol: 47 }));

/** The packet of a pod in IPv6. */
const inIpv6 = (outer: { readonly hopLimit?: number; readonly nextHeader?: number } = {}): Uint8Array =>
  frame(ipv6({ ...UNDERLAY, hopLimit: 64, nextHeader: 41, payload: ipv6(SIX_IN_FOUR), ...outer }));

export const OTHER_ENCAPSULATION_EXAMPLES: readonly Example[] = [
  ['GRE protocol type IPv4', 'gre', inGre([0, 0, 0x86, 0xdd]), inGre([0, 0, 8, 0]), ['gre.header']],
  ['a reserved bit of GRE', 'gre', inGre([0, 0, 0x86, 0xdd]), inGre([0, 8, 0x86, 0xdd]), ['gre.header']],
  ['the outer hop limit of the inner packet', IP6IP6, inIpv6(), inIpv6({ hopLimit: 63 }), ['ip6ip6.header']],
  ['DF clear from an anycast address', ANYCAST, tunnelled(), tunnelled({}, { flags: 0 }), ['mtu.br-anycast-df']],
];
