import { Area } from '../../harness/runner/case.ts';

export const kubernetes = new Area('kubernetes');
