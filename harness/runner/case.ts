import type { Profile } from '../profile/index.ts';
import type { SetupChanges, TestContext } from '../tester/context.ts';
import type { JudgedErrors } from '../tester/error-allowance.ts';

export interface CaseOptions {
  /** Requirements that the case judges besides the one that gives it its id. */
  readonly alsoJudges?: readonly string[];
  /** Distinguishes several cases of one requirement: the id becomes `<requirement>/<variant>`. */
  readonly variant?: string;
  /** The set-up that the case needs; cases with the same one share it. */
  readonly setup?: SetupChanges;
  /** The case needs a DUT that has seen no packet yet, and leaves one that nobody should use. */
  readonly fresh?: boolean;
  /** The protocol itself has a timer: the case waits by the clock. */
  readonly slow?: boolean;
  /** How long a slow case waits at most, on a clock that cannot be turned forward; its time limit is that much longer. */
  readonly waitSeconds?: number;
  /**
   * The case looks at which ICMP errors the node sends. A node limits them, so before each exchange it is waited until the node may send some
   * again to whoever asks: about each stimulus where errors are expected, one where they are forbidden; at most about six seconds. Where only
   * ICMPv6 is looked at, what was said in ICMPv4 does not matter.
   */
  readonly errors?: JudgedErrors;
  /** Sends many packets to find what the listed vectors miss; the smoke tier leaves it out. */
  readonly exhaustive?: boolean;
  /** Why the case does not apply to a profile that the catalogue lists, or undefined when it does. */
  readonly notFor?: (profile: Profile) => string | undefined;
}

/** An executable check of one or more requirements. */
export interface CaseDefinition extends CaseOptions {
  readonly id: string;
  readonly requirement: string;
  readonly run: (context: TestContext) => Promise<void>;
}

/** The cases of one area, in catalogue order. */
export class Area {
  readonly name: string;
  readonly cases: CaseDefinition[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Adds a case under the id of the requirement that it checks. */
  case(requirement: string, run: (context: TestContext) => Promise<void>): void;
  case(requirement: string, options: CaseOptions, run: (context: TestContext) => Promise<void>): void;
  case(
    requirement: string,
    optionsOrRun: CaseOptions | ((context: TestContext) => Promise<void>),
    run?: (context: TestContext) => Promise<void>,
  ): void {
    const options = typeof optionsOrRun === 'function' ? {} : optionsOrRun;
    const body = typeof optionsOrRun === 'function' ? optionsOrRun : run;
    if (body === undefined) throw new TypeError(`Case ${requirement}: expected a function that runs it, found none`);
    const id = options.variant === undefined ? requirement : `${requirement}/${options.variant}`;
    this.cases.push({ ...options, id, requirement, run: body });
  }
}
