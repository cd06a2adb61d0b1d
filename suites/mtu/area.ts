import { Area } from '../../harness/runner/case.ts';

export const mtu = new Area('mtu');
