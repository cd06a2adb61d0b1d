import { diffFields } from '../packet/field-diff.ts';
import { describe } from '../packet/describe.ts';
import { tunnelPortsOf, type Profile } from '../profile/index.ts';
import type { Doubt, Violation } from '../runner/verdict.ts';
import type { ExpectOptions, SeenFrame, Trial } from './context.ts';

const MAXIMUM_RECORDED = 50;

/** Collects what the expectations of one case found. */
export class Judgement {
  readonly violations: Violation[] = [];
  readonly doubts: Doubt[] = [];
  readonly notes: string[] = [];
  /** Expectations that were judged, whatever came of them. */
  judgements = 0;
  readonly #requirement: string;
  readonly #profile: () => Profile;

  /** @param profile the profile that the DUT is set up for now, by which frames are put into words */
  constructor(requirement: string, profile: () => Profile) {
    this.#requirement = requirement;
    this.#profile = profile;
  }

  /** Frames in words, for a violation that several frames show. */
  describe(frames: readonly SeenFrame[]): string {
    return describeFrames(frames, this.#profile());
  }

  violation(
    expected: string | readonly string[],
    actual: string,
    options: ExpectOptions = {},
    differences?: Violation['differences'],
  ): void {
    // A broken DUT breaks every packet of a case of thousands; the first ones say it all.
    if (this.violations.length >= MAXIMUM_RECORDED) return;
    const { frame, stimulus } = options;
    this.violations.push({
      requirement: options.requirement ?? this.#requirement,
      expected: typeof expected === 'string' ? [expected] : expected,
      actual,
      by: 'case',
      ...(frame === undefined
        ? {}
        : { frameNumber: frame.number, frame: `${frame.port}: ${describeFrame(frame, this.#profile())}` }),
      ...(stimulus === undefined ? {} : { mark: stimulus.mark }),
      ...(differences === undefined ? {} : { differences }),
      ...(options.tolerated === true ? { tolerated: true } : {}),
    });
  }

  /** Runs expectations and takes back what they recorded. */
  trial(expectations: () => void): Trial {
    const violationsBefore = this.violations.splice(0);
    const doubtsBefore = this.doubts.splice(0);
    expectations();
    const violations = this.violations.splice(0);
    const doubts = this.doubts.splice(0);
    this.violations.push(...violationsBefore);
    this.doubts.push(...doubtsBefore);
    return {
      failed: violations.length > 0,
      doubtful: doubts.length > 0,
      keep: () => {
        this.violations.push(...violations);
        this.doubts.push(...doubts);
      },
    };
  }

  doubt(reason: string): void {
    if (this.doubts.length < MAXIMUM_RECORDED) this.doubts.push({ reason });
  }

  expectEqual<Value extends number | string | boolean>(
    what: string,
    actual: Value,
    legal: Value | readonly Value[],
    options: ExpectOptions = {},
  ): boolean {
    this.judgements += 1;
    const allowed: readonly Value[] = isList(legal) ? legal : [legal];
    if (allowed.includes(actual)) return true;
    this.violation(
      allowed.map((value) => `${what} ${String(value)}`),
      `${what} ${String(actual)}`,
      options,
    );
    return false;
  }

  expectBytes(
    what: string,
    actual: Uint8Array,
    expected: Uint8Array,
    options: ExpectOptions & { readonly ignore?: (offset: number) => boolean } = {},
  ): boolean {
    this.judgements += 1;
    const ignore = options.ignore ?? (() => false);
    const differs = (offset: number): boolean => actual[offset] !== expected[offset] && !ignore(offset);
    const lengthBytes = Math.min(actual.length, expected.length);
    let firstDifference = -1;
    for (let offset = 0; offset < lengthBytes && firstDifference < 0; offset += 1)
      if (differs(offset)) firstDifference = offset;
    if (firstDifference < 0 && actual.length === expected.length) return true;
    if (firstDifference < 0) firstDifference = lengthBytes;
    const differences = diffFields(expected, maskedCopy(actual, expected, ignore), 'ipv6');
    this.violation(
      `${what} of ${String(expected.length)} bytes, unchanged`,
      actual.length === expected.length
        ? `${what} with a difference at byte ${String(firstDifference)}`
        : `${what} of ${String(actual.length)} bytes, with the first difference at byte ${String(firstDifference)}`,
      options,
      differences,
    );
    return false;
  }
}

const isList = <Value>(legal: Value | readonly Value[]): legal is readonly Value[] => Array.isArray(legal);

/** The actual bytes, with the expected ones where a difference does not count, so that only what counts is named. */
const maskedCopy = (actual: Uint8Array, expected: Uint8Array, ignore: (offset: number) => boolean): Uint8Array =>
  actual.map((byte, offset) => (ignore(offset) ? (expected[offset] ?? byte) : byte));

const describeFrame = ({ bytes }: SeenFrame, profile: Profile): string =>
  describe(bytes, 'ethernet', tunnelPortsOf(profile));

/** Frames in words, the first few of them. */
export const describeFrames = (frames: readonly SeenFrame[], profile: Profile): string =>
  frames.length === 0
    ? 'nothing'
    : frames
        .slice(0, 4)
        .map((frame) => `on ${frame.port}: ${describeFrame(frame, profile)}`)
        .join('; ') + more(frames.length - 4);

const more = (count: number): string => (count > 0 ? `; and ${String(count)} more` : '');
