/** One question that `target check` asks, with its answer. */
export interface Step {
  readonly name: string;
  readonly state: 'ok' | 'failed' | 'skipped';
  /** What was found. */
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
}

export const ok = (name: string, found: string): Step => ({ name, state: 'ok', found });
export const skipped = (name: string, found: string): Step => ({ name, state: 'skipped', found });
export const failed = (name: string, found: string, remedy?: string): Step => ({
  name,
  state: 'failed',
  found,
  ...(remedy === undefined ? {} : { remedy }),
});
