import { Proto41Error } from '../errors.ts';

/** A plan that cannot be made of what was asked for. */
export class PlanError extends Proto41Error {
  constructor(message: string) {
    super(`Cannot plan: ${message}`, { code: 'PLAN_IMPOSSIBLE', exitCode: 2 });
  }
}
