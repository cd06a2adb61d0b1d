/** Ends a case as `skip`; thrown through the case's body and caught by the runner, never an error. */
export class SkipSignal extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'SkipSignal';
    this.reason = reason;
  }
}
