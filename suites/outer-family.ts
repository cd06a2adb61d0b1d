import type { Profile } from '../harness/profile/index.ts';

/** For what only an outer IPv4 header has: version 4, IHL and options, checksum, DF. */
export const needsOuterIpv4 = ({ switches }: Pick<Profile, 'switches'>): string | undefined =>
  switches.outerFamily === 'ipv4' ? undefined : 'the outer header is IPv6, which has no such field';
