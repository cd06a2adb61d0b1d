import { Area } from '../../harness/runner/case.ts';

export const config = new Area('config');
