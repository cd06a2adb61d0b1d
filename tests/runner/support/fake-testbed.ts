import { createLab, type Lab } from '../../../harness/lab/index.ts';
import { MacAddress } from '../../../harness/packet/mac-address.ts';
import { parseProfile, type Profile } from '../../../harness/profile/index.ts';
import type { SetupChanges, TestContext } from '../../../harness/tester/context.ts';
import { SkipSignal } from '../../../harness/tester/skip-signal.ts';
import type {
  CaseObservations,
  CaseScope,
  CaseSegment,
  LateFrame,
  Testbed,
  TestbedUpOutcome,
} from '../../../harness/tester/testbed-contract.ts';
import { Recorder } from '../../../harness/wire/recorder.ts';

/** What a scripted case may do; stands for the parts of a TestContext that the runner never looks at. */
export interface FakeContext {
  /** Records a frame of this one byte and returns its recorder number. */
  frame(byte: number): number;
  /** Ends the segment at hand and begins another; what is recorded by `aside` belongs to none. */
  restart(aside: () => void): void;
  observe(changes: Partial<CaseObservations>): void;
  skip(reason: string): never;
}

/** The context that a case under a {@link FakeTestbed} got. */
export const fake = (context: TestContext): FakeContext => {
  if (!('frame' in context) || !('observe' in context)) throw new TypeError('expected the context of a fake testbed');
  // Made by FakeTestbed.begin below, which is the only maker of contexts with these members.
  return context as unknown as FakeContext;
};

export interface FakeTestbedOptions {
  readonly up?: (changes: SetupChanges | undefined) => TestbedUpOutcome;
  readonly late?: () => readonly LateFrame[];
  readonly dispose?: () => Promise<void>;
}

/** A testbed without a DUT: cases say what they observe, and it keeps a diary of what the runner asked of it. */
export class FakeTestbed implements Testbed {
  readonly recorder = new Recorder();
  readonly diary: string[] = [];
  readonly #lab: Lab;
  readonly #options: FakeTestbedOptions;

  constructor(options: FakeTestbedOptions = {}, profile: Profile = parseProfile('overlay')) {
    this.#options = options;
    const mac = MacAddress.parse('02:41:00:00:00:01');
    this.#lab = createLab(profile, { dutMacs: { P: mac, U: mac, U2: mac } });
    this.recorder.addPort('U');
  }

  async up(changes?: SetupChanges): Promise<TestbedUpOutcome> {
    this.diary.push(`up ${JSON.stringify(changes ?? {})}`);
    return this.#options.up?.(changes) ?? { kind: 'ready' };
  }

  async down(): Promise<void> {
    this.diary.push('down');
  }

  begin(caseId: string): CaseScope {
    this.diary.push(caseId);
    let fromFrame = this.recorder.mark().nextNumber;
    const segments: CaseSegment[] = [];
    const endSegment = (): void => {
      const toFrame = this.recorder.mark().nextNumber;
      segments.push({ lab: this.#lab, underlayMtuBytes: 1500, secondUnderlayPort: false, fromFrame, toFrame });
    };
    let observed: Partial<CaseObservations> = {};
    const context: FakeContext = {
      frame: (byte) => {
        const frame = { port: 'U', direction: 'outbound', timestampNs: BigInt(byte) } as const;
        return this.recorder.add({ ...frame, bytes: new Uint8Array(60).fill(byte) }).number;
      },
      restart: (aside) => {
        endSegment();
        aside();
        fromFrame = this.recorder.mark().nextNumber;
      },
      observe: (changes) => {
        observed = { ...observed, ...changes };
      },
      skip: (reason) => {
        throw new SkipSignal(reason);
      },
    };
    const finish = (): CaseObservations => {
      endSegment();
      return {
        violations: [],
        doubts: [],
        notes: [],
        judgements: 1,
        restarted: segments.length > 1,
        segments,
        ...observed,
      };
    };
    // The runner hands the context to the case and looks at nothing in it.
    return { context: context as unknown as TestContext, finish };
  }

  async lateFrames(): Promise<readonly LateFrame[]> {
    this.diary.push('late');
    return this.#options.late?.() ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.diary.push('dispose');
    await this.#options.dispose?.();
  }
}

/** A testbed in which one frame comes out after the case has ended. */
export const lateTestbed = (caseId: string, description: string): FakeTestbed => {
  const testbed: FakeTestbed = new FakeTestbed({
    late: () => {
      const { number } = testbed.recorder.add({
        port: 'U',
        direction: 'outbound',
        timestampNs: 9n,
        bytes: Uint8Array.of(9),
      });
      // The runner needs the number of the frame and nothing else of it.
      return [{ caseId, frame: { number } as never, description }];
    },
  });
  return testbed;
};
