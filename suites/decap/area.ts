import { Area } from '../../harness/runner/case.ts';

export const decap = new Area('decap');
