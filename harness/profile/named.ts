/** Profiles with a name: the text form stands for itself, the description is what `list profiles` shows. */
export interface NamedProfile {
  readonly name: string;
  readonly text: string;
  readonly description: string;
}

const OVERLAY_MAPPING = '6rd:fd5a:1234:5600::/40+10.0.0.0/8';

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
];

export const DEFAULT_PROFILE_NAME = 'overlay';
