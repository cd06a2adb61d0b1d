import type { Profile } from '../harness/profile/index.ts';

type Switches = Pick<Profile, 'switches'>;

/** For what only an outer IPv4 header has: version 4, IHL and options, checksum, DF. */
export const needsOuterIpv4 = ({ switches }: Switches): string | undefined =>
  switches.outerFamily === 'ipv4' ? undefined : 'the outer header is IPv6, which has no such field';

/** For addresses that are special in IPv4; their images in an IPv6 underlay are ordinary. */
export const needsIpv4Underlay = ({ switches }: Switches): string | undefined =>
  switches.outerFamily === 'ipv4' ? undefined : 'the endpoints are IPv6 addresses, among which these are ordinary';

/** For reassembly as RFC 791 and RFC 1122 have it. */
export const needsIpv4Reassembly = ({ switches }: Switches): string | undefined =>
  switches.outerFamily === 'ipv4'
    ? undefined
    : 'outer fragments are those of IPv6, with other errors (RFC 8200 section 4.5)';
