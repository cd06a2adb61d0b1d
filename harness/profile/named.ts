import { DEFAULT_FOU_PORT, DEFAULT_GUE_PORT } from './defaults.ts';

/** Profiles with a name: the text form stands for itself, the description is what `list profiles` shows. */
export interface NamedProfile {
  readonly name: string;
  readonly text: string;
  readonly description: string;
}

const DOMAIN = 'fd5a:1234:5600::/40+10.0.0.0/8';
const OVERLAY_MAPPING = `6rd:${DOMAIN}`;

export const NAMED_PROFILES: readonly NamedProfile[] = [
  {
    name: 'overlay',
    text: `${OVERLAY_MAPPING},nativeInnerSrc=deny`,
    description:
      'closed Kubernetes overlay: 6rd mapping, no border relay, both inner addresses must be overlay addresses',
  },
  {
    name: '6rd',
    text: OVERLAY_MAPPING,
    description: '6rd customer edge (RFC 5969): outside sources only from the border relay',
  },
  { name: '6to4', text: '6to4', description: '6to4 (RFC 3056): 2002::/16, public IPv4 addresses, DF clear' },
  { name: '6in4', text: '6in4', description: 'configured point-to-point tunnel (RFC 4213)' },
  {
    name: '6rd-br',
    text: `6rd-br:${DOMAIN}`,
    description: 'border relay of a 6rd domain (RFC 5969): native IPv6 behind its pod port',
  },
  {
    name: 'fou',
    text: `${OVERLAY_MAPPING},encap=fou:${String(DEFAULT_FOU_PORT)},nativeInnerSrc=deny`,
    description: 'the overlay directly in UDP, as Linux FOU does it',
  },
  {
    name: 'gue',
    text: `${OVERLAY_MAPPING},encap=gue:${String(DEFAULT_GUE_PORT)},nativeInnerSrc=deny`,
    description: 'the overlay in Generic UDP Encapsulation (draft-ietf-intarea-gue)',
  },
  { name: 'gre', text: '6in4,encap=gre', description: 'configured GRE tunnel over IPv4 (RFC 2784, RFC 7676)' },
  { name: 'ip6ip6', text: 'ip6ip6', description: 'configured IPv6-in-IPv6 tunnel (RFC 2473)' },
  {
    name: 'isatap',
    text: 'isatap:2001:db8:41::/64',
    description: 'ISATAP (RFC 5214): the IPv4 address in the interface identifier',
  },
];

export const DEFAULT_PROFILE_NAME = 'overlay';
