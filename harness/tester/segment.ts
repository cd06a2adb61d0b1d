import type { SetupChanges } from './context.ts';
import type { SetUp } from './set-up.ts';
import type { CaseSegment } from './testbed-contract.ts';

/** The frames of a range as exchanged under one set-up. */
export const segmentOf = (
  { setUp, changes }: { readonly setUp: SetUp; readonly changes: SetupChanges },
  { fromFrame, toFrame }: Pick<CaseSegment, 'fromFrame' | 'toFrame'>,
): CaseSegment => ({
  lab: setUp.lab,
  underlayMtuBytes: setUp.underlayMtuBytes,
  secondUnderlayPort: changes.secondUnderlayPort ?? false,
  secondTunnel: changes.secondTunnel !== undefined,
  fromFrame,
  toFrame,
});
