import { Area } from '../../harness/runner/case.ts';

export const fragment = new Area('fragment');
