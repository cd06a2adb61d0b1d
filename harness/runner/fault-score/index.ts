/** The fault score: which faults of the reference the cases catch. */
export { FAULT_PROFILES, measureFaults, type MeasureOptions } from './measure.ts';
export { FaultSelectionError, planFaults, type FaultFilter, type FaultPlan } from './plan.ts';
export {
  countFaults,
  countsByArea,
  exitCodeOfScore,
  type FaultCounts,
  type FaultScore,
  type MeasuredFault,
} from './score.ts';
export type { Trial } from './trial.ts';
