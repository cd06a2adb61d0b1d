import type { Comparison } from '../../bench/compare.ts';

/** What became of one setting since another run, in words. */
export const COMPARED_TEXT = {
  same: 'no difference shown: the intervals touch, or it is little',
  faster: 'faster',
  slower: 'slower',
  'like-native': 'as native forwarding: the machine, or all of the node',
  unknown: 'not known: the tester limits it',
} as const satisfies Record<Comparison['verdict'], string>;
