/** Address blocks that a router must know (RFC 4291 section 2.4), read in place. */
import { matchesPrefix, parseIpv6Net } from './prefix.ts';

const LINK_LOCAL = parseIpv6Net('fe80::/10');
const LOOPBACK = parseIpv6Net('::1/128');
const UNSPECIFIED = parseIpv6Net('::/128');
const COMPATIBLE = parseIpv6Net('::/96');
const MAPPED = parseIpv6Net('::ffff:0:0/96');
const LOW = parseIpv6Net('::/16');
const SITE_LOCAL = parseIpv6Net('fec0::/10');

export const isMulticast = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0xff;
export const isLinkLocal = (bytes: Uint8Array, at: number): boolean => matchesPrefix(LINK_LOCAL, bytes, at);
export const isSiteLocal = (bytes: Uint8Array, at: number): boolean => matchesPrefix(SITE_LOCAL, bytes, at);
export const isLoopback = (bytes: Uint8Array, at: number): boolean => matchesPrefix(LOOPBACK, bytes, at);
export const isUnspecified = (bytes: Uint8Array, at: number): boolean => matchesPrefix(UNSPECIFIED, bytes, at);
/** `::a.b.c.d`, which includes `::` and `::1`. */
export const isCompatible = (bytes: Uint8Array, at: number): boolean => matchesPrefix(COMPATIBLE, bytes, at);
export const isMapped = (bytes: Uint8Array, at: number): boolean => matchesPrefix(MAPPED, bytes, at);

/** RFC 3964 section 5.3.2: what neither inner address of an automatic tunnel may be. */
export const isForbiddenInner = (bytes: Uint8Array, at: number): boolean =>
  isMulticast(bytes, at) || isLinkLocal(bytes, at) || isSiteLocal(bytes, at) || matchesPrefix(LOW, bytes, at);

/** RFC 4213 section 3.6: inner sources that every tunnel discards; `::` is left for duplicate address detection. */
export const isInvalidTunnelSource = (bytes: Uint8Array, at: number): boolean =>
  isMulticast(bytes, at) || isMapped(bytes, at) || (isCompatible(bytes, at) && !isUnspecified(bytes, at));
