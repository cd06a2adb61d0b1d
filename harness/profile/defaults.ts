import { mappingProfile, type Mapping } from './profile.ts';
import type { Switches } from './switches.ts';

const COMMON: Switches = {
  mtuMode: 'dynamic',
  mtuDefault: 'underlay-minus-overhead',
  tos: 'zero',
  ecnEncap: '6040',
  ecnDecap: '6040',
  ttl: 'fixed',
  privateV4: 'allow',
  nativeInnerSrc: 'accept',
  sourcePair: 'strict',
  relay: 'none',
  hairpin: 'deny',
  podSource: 'node-prefix',
  foreignPrefixCheck: 'off',
  ingressFilter: 'off',
  strictRpf: 'off',
  icmp4Translate: 'none',
  mismatchIcmp: 'silent',
  hopByHop: 'ignore',
  dualFraming: 'no',
  udpChecksum: 'zero',
  sourcePort: 'entropy',
  gueVariant: '0',
  outerFamily: 'ipv4',
  brAddress: 'unicast',
  encapLimit: 'off',
  ipsec: 'off',
};

type MappingName = Mapping['kind'] | '6rd-br';

const PER_MAPPING: { readonly [Name in MappingName]: Partial<Switches> } = {
  // RFC 5969 section 9 copies the Traffic Class, section 9.2 takes outside sources from the border relay only.
  '6rd': { tos: 'copy', nativeInnerSrc: 'br-only' },
  // RFC 3056 section 4 keeps DF clear; sections 2 and 9 forbid private IPv4 addresses.
  '6to4': { privateV4: 'deny', mtuMode: 'static' },
  '6in4': {},
  // RFC 5969 sections 8 and 9.2: a border relay takes nothing but the domain's own sources from the tunnel, sends what is native
  // into it, and returns to the domain what is for the domain.
  '6rd-br': { tos: 'copy', nativeInnerSrc: 'deny', podSource: 'any', hairpin: 'relay' },
  // RFC 5214 section 7.3: outside sources from the routers of the list only.
  isatap: { nativeInnerSrc: 'br-only' },
  // RFC 8200 section 8.1: over IPv6 a UDP checksum is sent and demanded, unless the port is configured otherwise (RFC 6935).
  ip6ip6: { outerFamily: 'ipv6', udpChecksum: 'on' },
};

/** The switch values that a mapping has when its text form names none. */
export const defaultSwitches = (mapping: Mapping): Switches => {
  const own: Readonly<Partial<Record<string, Partial<Switches>>>> = PER_MAPPING;
  return { ...COMMON, ...own[mappingProfile(mapping)] };
};

export const DEFAULT_OUTER_TTL = 64;
/** RFC 4213 section 3.2.1: the static tunnel MTU SHOULD be 1280. */
export const DEFAULT_STATIC_MTU_BYTES = 1280;
/** The port of the article's Linux FOU set-up, which is also the Teredo port. */
export const DEFAULT_FOU_PORT = 3544;
/** Assigned to GUE by IANA. */
export const DEFAULT_GUE_PORT = 6080;
