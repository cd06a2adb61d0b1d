/** What a check found out about this machine. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'missing' | 'limited';
  /** What there is, or what is missing. */
  readonly found: string;
  /** Whether the default run is impossible without it. */
  readonly neededForDefaultRun: boolean;
  /** What does not work without it, or works less well. */
  readonly why?: string;
  /** What to do about it: a command, where one does it. */
  readonly remedy?: string;
}
