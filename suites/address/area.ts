import { Area } from '../../harness/runner/case.ts';

export const address = new Area('address');
