import { Area } from '../../harness/runner/case.ts';

export const dscpEcn = new Area('dscp-ecn');
