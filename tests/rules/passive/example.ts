/** Profile, a frame that is right, a frame that is wrong, and everything that is wrong in it. */
export type Example = readonly [
  title: string,
  profile: string,
  good: Uint8Array,
  bad: Uint8Array,
  requirements: readonly string[],
];

export const OVERLAY = 'overlay';
export const FOU = 'overlay,encap=fou:3544';
export const SIX_TO_FOUR = { source: '2002:c000:20a:1::10', destination: '2002:c000:214:1::10' };
export const SIX_TO_FOUR_OUTER = { source: '192.0.2.10', destination: '192.0.2.20', flags: 0 };
export const SIX_IN_FOUR = { source: '2001:db8:1::10', destination: '2001:db8:2::10' };
export const PUBLIC = { source: '192.0.2.10', destination: '192.0.2.20' };
export const large = new Uint8Array(1300);
export const none = new Uint8Array(0);
