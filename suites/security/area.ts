import { Area } from '../../harness/runner/case.ts';

export const security = new Area('security');
