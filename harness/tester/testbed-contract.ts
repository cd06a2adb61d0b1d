import type { Lab } from '../lab/index.ts';
import type { NodeSession } from '../node/node.ts';
import type { Profile } from '../profile/index.ts';
import type { Doubt, Violation } from '../runner/verdict.ts';
import type { Recorder } from '../wire/recorder.ts';
import type { Course } from './course.ts';
import type { SeenFrame, SetupChanges, TestContext } from './context.ts';
import type { JudgedErrors } from './error-allowance.ts';

/** Random packets of each property in an ordinary run. */
export const DEFAULT_PROPERTY_PACKETS = 200;

/** Frames that were exchanged under one lab; a case that restarts the DUT has several. */
export interface CaseSegment {
  readonly lab: Lab;
  readonly underlayMtuBytes: number;
  readonly secondUnderlayPort: boolean;
  /** Two tunnels send on one port, and a single frame does not say by whose rules it has to be judged. */
  readonly secondTunnel?: boolean;
  /** Recorder number of the first frame. */
  readonly fromFrame: number;
  /** Recorder number behind the last frame; equal to `fromFrame` when there is none. */
  readonly toFrame: number;
}

/** What a case left behind. Frame numbers of violations and doubts are recorder numbers. */
export interface CaseObservations {
  readonly violations: readonly Violation[];
  readonly doubts: readonly Doubt[];
  readonly notes: readonly string[];
  /** How many expectations were judged, whatever came of them; a case that judged nothing proves nothing. */
  readonly judgements: number;
  /** The case took the DUT down; the set-up that it leaves is not the one that it found. */
  readonly restarted: boolean;
  /** Good packets were sent, and none came out of the DUT in either direction. */
  readonly isDead?: boolean;
  readonly segments: readonly CaseSegment[];
  /** What the case did, so that it can be done again without the case. */
  readonly course?: Course;
}

export interface CaseScope {
  readonly context: TestContext;
  /** Ends the case; callable once, also after the case's body threw. */
  finish(): CaseObservations;
}

/** A frame that came out after its case had ended, and that the case would not have allowed. */
export interface LateFrame {
  readonly caseId: string;
  readonly frame: SeenFrame;
  readonly description: string;
}

export type TestbedUpOutcome = { readonly kind: 'ready' } | { readonly kind: 'unsupported'; readonly reason: string };

export interface CaseTreatment {
  /** Asked about the frames of an exchange that the case is done with; true lets the testbed discard them. */
  readonly mayForget?: (segment: CaseSegment) => boolean;
  /** Exchanges wait until the node may send ICMP errors to whoever asks. */
  readonly errors?: JudgedErrors;
  /** From 1, which it is unless given: every repetition has marks of its own. */
  readonly repetition?: number;
}

/** The tester around one node session, for one profile. */
export interface Testbed extends AsyncDisposable {
  readonly recorder: Recorder;
  /** Brings the DUT up, in the base set-up of the profile unless changed. */
  up(changes?: SetupChanges): Promise<TestbedUpOutcome>;
  /** Safe to call when nothing is up. */
  down(): Promise<void>;
  /** Starts a case; the DUT must be up, and the case before must have finished. */
  begin(caseId: string, treatment?: CaseTreatment): CaseScope;
  /** Sends a good packet each way and says whether one came out in time. False when nothing is up. */
  comesAlive?(limitMs: number): Promise<boolean>;
  /** The mark of the stimulus that a frame is or belongs to, where the testbed can tell; lets rules pair what came out with what went in. */
  markOf?(frame: Uint8Array): number | undefined;
  /** Waits 500 ms once and returns everything that came out after the end of its case. */
  lateFrames(): Promise<readonly LateFrame[]>;
}

export interface TestbedOptions {
  readonly session: NodeSession;
  readonly profile: Profile;
  readonly seed: string;
  readonly fenceTimeoutMs?: number;
  /** See {@link TestContext.propertyPackets}; {@link DEFAULT_PROPERTY_PACKETS} unless given. */
  readonly propertyPackets?: number;
}

export type CreateTestbed = (options: TestbedOptions) => Promise<Testbed>;
