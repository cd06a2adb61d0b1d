import type { Profile } from './profile.ts';

const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const UDP_HEADER_BYTES = 8;
const BASE_HEADER_BYTES = 4;
/** A Destination Options header with nothing but the tunnel encapsulation limit, padded to 8 (RFC 2473 section 4.1.1). */
const ENCAPSULATION_LIMIT_BYTES = 8;

type Framing = Pick<Profile, 'encapsulation' | 'switches'>;

/** Bytes between the outer IP header (with its extension headers) and the inner packet. */
export const framingBytes = ({ encapsulation, switches }: Framing): number => {
  switch (encapsulation.kind) {
    case 'protocol-41':
      return 0;
    case 'fou':
      return UDP_HEADER_BYTES;
    case 'gue':
      // draft-ietf-intarea-gue-09 section 4: variant 1 is IP directly behind UDP.
      return UDP_HEADER_BYTES + (switches.gueVariant === '1' ? 0 : BASE_HEADER_BYTES);
    case 'gre':
      return BASE_HEADER_BYTES;
  }
};

/**
 * Bytes that the encapsulation adds to an inner packet: 20 for an outer IPv4 header (RFC 4213 section 3.2), 40 for an IPv6 one
 * and 8 more for its limit option (RFC 2473 section 7), and what stands between (RFC 768, RFC 2784 section 2.1).
 */
export const overheadBytes = (profile: Framing): number => {
  const outerBytes = profile.switches.outerFamily === 'ipv6' ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES;
  return outerBytes + optionBytes(profile) + framingBytes(profile);
};

const optionBytes = ({ switches }: Framing): number =>
  switches.outerFamily === 'ipv6' && switches.encapLimit !== 'off' ? ENCAPSULATION_LIMIT_BYTES : 0;
