/**
 * The globals through which uvu collects suites. They must exist before uvu is first imported, so every file that imports
 * uvu imports this one before it.
 *
 * uvu's own `exec()` is never called: it exits 0 when a hook throws, when a test throws something that is not an Error,
 * and when nothing was registered (https://github.com/lukeed/uvu/issues/60).
 */

/** What uvu returns for one suite: `true` or the error text, then passed, skipped and total. */
type UvuOutcome = [errors: true | string, passed: number, skipped: number, total: number];

type UvuGroup = [name: null | string, ...suites: Array<() => Promise<UvuOutcome>>];

const globals: typeof globalThis & { UVU_DEFER?: number; UVU_INDEX?: number; UVU_QUEUE?: UvuGroup[] } = globalThis;
globals.UVU_DEFER = 1;
resetUvuQueue();

/** Makes uvu collect into a fresh, empty group: what is taken next belongs to the file that is imported next. */
export function resetUvuQueue(): void {
  globals.UVU_QUEUE = [[null]];
  globals.UVU_INDEX = 0;
}

/** The suites registered since the last reset, in order. */
export function takeUvuSuites(): Array<() => Promise<UvuOutcome>> {
  const [, ...suites] = globals.UVU_QUEUE?.[0] ?? [null];
  resetUvuQueue();
  return suites;
}
