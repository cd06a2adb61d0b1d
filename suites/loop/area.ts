import { Area } from '../../harness/runner/case.ts';

export const loop = new Area('loop');
