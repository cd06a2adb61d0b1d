import { Area } from '../../harness/runner/case.ts';

export const ip6ip6 = new Area('ip6ip6');
