import { memorySink, writeCapture, LinkType, type CaptureDirection } from '../../harness/capture/index.ts';
import { CaptureInput } from '../../harness/check/input.ts';
import { checkCaptures, type CheckOutcome, type CheckRequest } from '../../harness/check/run.ts';
import type { CheckSink } from '../../harness/check/sink.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { bytesOf, word } from '../rules/handmade.ts';

export interface CapturedBytes {
  readonly bytes: Uint8Array;
  readonly interfaceIndex?: number;
  readonly direction?: CaptureDirection;
  readonly originalLengthBytes?: number;
  readonly timeMs?: number;
}

export interface CaptureOptions {
  readonly linkType?: number;
  readonly interfaces?: readonly string[];
}

const START_NS = 1_700_000_000_000_000_000n;

/** A pcapng file with these frames, one millisecond apart unless they say when. */
export function captureOf(frames: readonly (Uint8Array | CapturedBytes)[], options: CaptureOptions = {}): Uint8Array {
  const sink = memorySink();
  const { linkType = LinkType.ETHERNET, interfaces = ['eth0'] } = options;
  writeCapture(sink, {
    section: { application: 'tests' },
    interfaces: interfaces.map((name) => ({ name, linkType })),
    frames: frames.map((frame, index) => {
      const { timeMs = index, interfaceIndex = 0, ...rest } = frame instanceof Uint8Array ? { bytes: frame } : frame;
      return { ...rest, interfaceIndex, timestampNs: START_NS + BigInt(timeMs) * 1_000_000n };
    }),
  });
  return sink.bytes();
}

export interface Checked {
  readonly outcome: CheckOutcome;
  readonly outcomes: readonly CheckOutcome[];
  /** Each as `<frame number> <requirement>`. */
  readonly findings: readonly string[];
  readonly evidence: string;
  readonly notJudged: Readonly<Record<string, number>>;
}

export interface CheckBytesOptions extends Omit<CheckRequest, 'inputs' | 'profile'> {
  readonly profile?: string;
  readonly sinks?: readonly CheckSink[];
  /** Names of the captures; `a`, `b` and so on unless given. */
  readonly names?: readonly string[];
  readonly chunkBytes?: number;
}

/** Checks captures that are in memory. */
export async function checkBytes(
  captures: readonly Uint8Array[],
  { profile, sinks = [], names, chunkBytes = 1 << 16, ...rest }: CheckBytesOptions = {},
): Promise<Checked> {
  const findings: string[] = [];
  const collector: CheckSink = {
    found: ({ record, findings: found }) => {
      for (const { requirement } of found) findings.push(`${record.number} ${requirement}`);
    },
    late: ({ finding, frameNumber }) => void findings.push(`${frameNumber} ${finding.requirement}`),
  };
  const inputs = captures.map((bytes, index) =>
    CaptureInput.ofStream(chunksOf(bytes, chunkBytes), names?.[index] ?? String.fromCharCode(97 + index)),
  );
  const outcomes = await checkCaptures(
    { ...rest, inputs, ...(profile === undefined ? {} : { profile: parseProfile(profile) }) },
    [collector, ...sinks],
  );
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('expected an outcome, found none');
  return {
    outcome,
    outcomes,
    findings,
    evidence: outcome.group.evidence.join('\n'),
    notJudged: Object.fromEntries(outcome.result.summary.notJudged),
  };
}

export async function* chunksOf(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

export const withType = (etherType: number, packet: Uint8Array): Uint8Array =>
  bytesOf([2, 0x55, 10, 0, 0, 2], [2, 0, 0, 0, 0, 1], word(etherType), packet);
