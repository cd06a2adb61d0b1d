import { Area } from '../../harness/runner/case.ts';

export const icmp4 = new Area('icmp4');
