export type { ReferenceClock } from './clock.ts';
export type { Fault } from './faults/index.ts';
export { FAULTS, faultByName, faultNames, UnknownFaultError } from './faults/index.ts';
export type { Reference, ReferenceOptions, ReferenceOutcome } from './reference.ts';
export { createReference } from './reference.ts';
