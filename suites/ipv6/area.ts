import { Area } from '../../harness/runner/case.ts';

export const ipv6 = new Area('ipv6');
