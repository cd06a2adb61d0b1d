import { TargetError } from '../target/target-error.ts';
import type { Testbed, TestbedUpOutcome } from '../tester/testbed-contract.ts';
import type { CaseGroup } from './plan.ts';

/** Knows which set-up stands, and brings the DUT up again only where that is needed. */
export class SetupKeeper {
  readonly #testbed: Testbed;
  readonly #accepted = new Set<string>();
  /** Key of the set-up that stands untouched, undefined when none does. */
  #standing: string | undefined;

  constructor(testbed: Testbed) {
    this.#testbed = testbed;
  }

  /** True once the target has come up at all. */
  get everReady(): boolean {
    return this.#accepted.size > 0;
  }

  /** The set-up no longer is what `up` left: the case restarted the DUT, needed a fresh one, or ended badly. */
  spoil(): void {
    this.#standing = undefined;
  }

  stands(group: CaseGroup): boolean {
    return this.#standing === group.key && !group.fresh;
  }

  /** Makes the set-up of the group stand. Throws what the target or its node throws, and TargetError for a target that changes its mind. */
  async ensure(group: CaseGroup): Promise<TestbedUpOutcome> {
    if (this.stands(group)) return { kind: 'ready' };
    this.#standing = undefined;
    await this.#testbed.down();
    const outcome = await this.#testbed.up(group.changes);
    if (outcome.kind === 'ready') {
      this.#accepted.add(group.key);
      this.#standing = group.key;
      return outcome;
    }
    if (this.#accepted.has(group.key)) {
      throw new TargetError(
        `Expected the target to accept set-up ${group.key} again, as it did before; it refused: ${outcome.reason}`,
      );
    }
    return outcome;
  }
}
