import { Area } from '../../harness/runner/case.ts';

export const gre = new Area('gre');
