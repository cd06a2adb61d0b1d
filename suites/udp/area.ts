import { Area } from '../../harness/runner/case.ts';

export const udpArea = new Area('udp');
