import { Area } from '../../harness/runner/case.ts';

export const encap = new Area('encap');
