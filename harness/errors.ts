/**
 * The base of every error that Proto41 raises on purpose. Anything else that escapes is a defect of Proto41 itself.
 *
 * A subclass fixes its `code`, so that callers and reports can tell errors apart without reading their messages.
 */

// A registered symbol instead of instanceof: it holds across worker threads, realms and doubly loaded modules.
const BRAND = Symbol.for('proto41.error');

/** Exit code of the process when the error reaches the command line: 2 is wrong usage (docs/design.md, "Command line"). */
export const DEFAULT_EXIT_CODE = 2;

export interface Proto41ErrorOptions {
  /** Stable, upper case, never reused for another meaning; e.g. `PROTO41_ADDRESS_TEXT`. */
  readonly code?: string;
  /** What the process exits with when nobody handles the error. */
  readonly exitCode?: number;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

export class Proto41Error extends Error {
  readonly code: string;
  readonly exitCode: number;

  /** @param message what was expected, what was found, what to do */
  constructor(message: string, options: Proto41ErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code ?? 'PROTO41_ERROR';
    this.exitCode = options.exitCode ?? DEFAULT_EXIT_CODE;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The class that was constructed, also for subclasses that do not set a name of their own. */
  override get name(): string {
    return this.constructor.name;
  }
}

/** Whether a caught value is a {@link Proto41Error}, whichever copy of this module made it. */
export function isProto41Error(value: unknown): value is Proto41Error {
  return typeof value === 'object' && value !== null && BRAND in value;
}
