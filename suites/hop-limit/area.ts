import { Area } from '../../harness/runner/case.ts';

export const hopLimit = new Area('hop-limit');
