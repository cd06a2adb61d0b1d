import { Area } from '../../harness/runner/case.ts';

export const neighbour = new Area('neighbour');
