import { Area } from '../../harness/runner/case.ts';

export const property = new Area('property');
