import { Area } from '../../harness/runner/case.ts';

export const icmp6 = new Area('icmp6');
